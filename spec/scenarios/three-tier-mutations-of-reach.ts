import { type Mutation, reach } from './three-tier-mutation.ts';

/** A step that asks for a name which is nobody's, so that only the step that asks for the address can notice. */
function hidden(from: string, name: string): readonly [string, string] {
  const asks = (whom: string): string =>
    `in: ${from}, http: { url: "http://${whom}/" }, expect: { error: no-name }`;
  return [asks(name), asks('nobody')];
}

/** Who reaches whom. */
export const mutationsOfReach: readonly Mutation[] = [
  {
    name: 'a wrong name in a request',
    case: reach,
    replace: [
      [
        '"http://web:8080/items" } }\n      - { name: the client knows',
        '"http://wbe:8080/items" } }\n      - { name: the client knows',
      ],
    ],
    fails: 'the client finds the web',
  },
  {
    name: 'the web listens on every side',
    case: reach,
    replace: [['LISTEN: 10.31.0.10', 'LISTEN: 0.0.0.0']],
    fails: "web does not listen on the database's side",
  },
  {
    name: 'the database is on the network of the client, too',
    case: reach,
    replace: [['networks: [data]', 'networks: [data, front]']],
    fails: 'the client knows no database',
  },
  {
    name: 'the client is on the network of the database, too',
    case: reach,
    replace: [['networks: [front]', 'networks: [front, data]']],
    fails: 'the client knows no database',
  },
  {
    name: 'the client is on the network of the cache, too',
    case: reach,
    replace: [['networks: [front]', 'networks: [front, memory]']],
    fails: 'the client knows no cache',
  },
  {
    name: 'the database is on the network of the cache',
    case: reach,
    replace: [['networks: [data]', 'networks: [data, memory]']],
    fails: 'the database knows no cache',
  },
  {
    name: 'the web is expected on the other side too',
    case: reach,
    replace: [['{ port: 8080, address: 10.31.0.10 }', '{ port: 8080, address: 0.0.0.0 }']],
    fails: "but on the front's alone",
  },
  {
    name: 'the cache is expected to listen for datagrams',
    case: reach,
    replace: [['proto: udp, listening: false', 'proto: udp']],
    fails: 'and the cache for TCP alone',
  },
  {
    name: 'the client is on the network of the database, and only its name is hidden',
    case: reach,
    replace: [['networks: [front]', 'networks: [front, data]'], hidden('client', 'db:5432')],
    fails: 'and has no way to its address: ',
  },
  {
    name: 'the client is on the network of the cache, and only its name is hidden',
    case: reach,
    replace: [['networks: [front]', 'networks: [front, memory]'], hidden('client', 'cache:6379')],
    fails: 'and has no way to that address: ',
  },
  {
    name: 'the database is on the network of the cache, and only its name is hidden',
    case: reach,
    replace: [['networks: [data]', 'networks: [data, memory]'], hidden('db', 'cache:6379')],
    fails: 'and has no way to it: ',
  },
  {
    name: 'the database is on the front, and only names are hidden',
    case: reach,
    replace: [
      ['networks: [data]', 'networks: [data, front]'],
      hidden('client', 'db:5432'),
      hidden('db', 'client'),
      [
        'in: db, http: { url: "http://web:8080/" }, expect: { error: refused }',
        'in: db, http: { url: "http://nobody/" }, expect: { error: no-name }',
      ],
    ],
    fails: 'the database has no way to the front: ',
  },
  {
    // Documentation's addresses are web's on that side: the way out leads no further.
    name: 'the database finds somebody where nobody should be',
    case: reach,
    replace: [
      ['\n  data: {}\n', '\n  data: { ipam: { config: [{ subnet: 192.0.0.0/22 }] } }\n'],
      [
        'data: {}, memory: {} }\n    read_only',
        'data: { ipv4_address: 192.0.2.1 }, memory: {} }\n    read_only',
      ],
    ],
    fails: 'nor out: ',
  },
];
