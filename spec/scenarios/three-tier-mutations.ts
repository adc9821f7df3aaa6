/** A change of the flagship, and where it has to be noticed. */
export interface Mutation {
  readonly name: string;
  /** The one case that is kept beside `setup`, so that thirty runs take no longer than they must. */
  readonly case: string;
  /** In the scenario unless another file is named; each stands there exactly once. */
  readonly replace: readonly (readonly [text: string, by: string])[];
  readonly file?: 'web.py' | 'pg_hba.conf';
  /** The step that fails, or the beginning of what is told outside of steps. */
  readonly fails: string;
}

const rows = 'what is written through the web is a row of the database';
const cached = 'the second read comes from the cache';
const reach = 'the client reaches the web only, the database nobody';
const restart = 'the database is started again and has lost nothing';
const one = 'one item';

/** As they stand in three-tier.yaml. */
export const caseNames = [rows, cached, reach, restart, one] as const;

export const mutations: readonly Mutation[] = [
  {
    name: 'another release is expected of the database',
    case: one,
    replace: [['"^bookworm glibc', '"^trixie glibc']],
    fails: 'the database runs on bookworm',
  },
  {
    name: 'another C library is expected of the database',
    case: one,
    replace: [['glibc 2\\\\.36', 'glibc 2\\\\.31']],
    fails: 'the database runs on bookworm',
  },
  {
    name: 'another C library is expected of the cache',
    case: one,
    replace: [['bullseye glibc 2.31', 'bullseye glibc 2.36']],
    fails: 'the cache on bullseye, and the same kernel',
  },
  {
    name: 'another kernel is expected of the web application',
    case: one,
    replace: [['path: $.kernel, equals: "${{ steps.db.kernel }}"', 'path: $.kernel, equals: "6.0.0"']],
    fails: 'the web application on trixie, and the same kernel',
  },
  {
    name: 'the web application runs on another release',
    case: one,
    replace: [['path: $.release, equals: trixie', 'path: $.release, equals: bookworm']],
    fails: 'the web application on trixie, and the same kernel',
  },
  {
    name: 'the shop is expected to work without its database',
    case: one,
    replace: [['status: 503', 'status: 200']],
    fails: 'without its database the shop says so',
  },
  {
    name: 'the database has another password',
    case: one,
    replace: [["login password '${{ vars.password }}'", "login password 'another'"]],
    fails: 'now it is well',
  },
  {
    name: 'the database lets nobody in',
    case: one,
    file: 'pg_hba.conf',
    replace: [['scram-sha-256', 'reject']],
    fails: 'now it is well',
  },
  {
    name: 'another answer is expected of the cache',
    case: one,
    replace: [['equals: PONG', 'equals: PING']],
    fails: 'now it is well',
  },
  {
    name: 'the table is not there',
    case: rows,
    replace: [
      ['      create table items (id serial primary key, name text not null unique);\n', ''],
      ["      insert into items (name) values ('mayfly'), ('stonefly'), ('caddisfly');\n", ''],
    ],
    fails: 'an item is added',
  },
  {
    name: 'the SQL is wrong',
    case: rows,
    replace: [['create table items', 'create tabel items']],
    fails: 'the database gets its table and three items',
  },
  {
    name: 'a row is missing',
    case: rows,
    replace: [[", ('stonefly'), ('caddisfly')", ", ('caddisfly')"]],
    fails: 'so that there are four',
  },
  {
    name: 'a row too many',
    case: one,
    replace: [["('caddisfly')", "('caddisfly'), ('sawfly')"]],
    fails: 'there is no fourth',
  },
  {
    name: 'rows in another order',
    case: one,
    replace: [["('mayfly'), ('stonefly'), ('caddisfly')", "('mayfly'), ('caddisfly'), ('stonefly')"]],
    fails: '3 is the caddisfly',
  },
  {
    name: 'names may be taken twice',
    case: rows,
    replace: [['name text not null unique', 'name text not null']],
    fails: 'no name is taken twice',
  },
  {
    name: 'a wrong count',
    case: rows,
    replace: [['expect: { stdout: "4" }', 'expect: { stdout: "3" }']],
    fails: 'so that there are four',
  },
  {
    name: 'another row is asked for',
    case: rows,
    replace: [['where id = ${{ steps.new.id }}', 'where id = 1']],
    fails: 'the database has it',
  },
  {
    name: 'a wrong port in a request',
    case: rows,
    replace: [
      [
        '"http://web:8080/items", json: { name: dragonfly }',
        '"http://web:8081/items", json: { name: dragonfly }',
      ],
    ],
    fails: 'an item is added',
  },
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
    name: 'the web listens to itself only',
    case: one,
    replace: [['LISTEN: 10.31.0.10', 'LISTEN: 127.0.0.1']],
    fails: 'the web application on trixie, and the same kernel',
  },
  {
    name: 'the web listens on every side',
    case: reach,
    replace: [['LISTEN: 10.31.0.10', 'LISTEN: 0.0.0.0']],
    fails: "web does not listen on the database's side",
  },
  {
    name: 'the cache listens on another port',
    case: one,
    replace: [
      ['--bind, 0.0.0.0', '--port, "6380", --bind, 0.0.0.0'],
      ['within: 30s, all: [{ port: 6379 }', 'within: 1s, all: [{ port: 6379 }'],
    ],
    fails: 'SERVICE_NOT_READY: `cache`',
  },
  {
    name: 'the cache runs from an image without it',
    case: one,
    replace: [['image: bullseye\n', 'image: tools\n']],
    fails: 'USER_NOT_FOUND: `cache`',
  },
  {
    name: 'the web has no way to its database',
    case: one,
    replace: [['data: {}, memory: {} }\n    read_only', 'memory: {} }\n    read_only']],
    fails: 'without its database the shop says so',
  },
  {
    name: 'the web has no way to its cache',
    case: one,
    replace: [['data: {}, memory: {} }\n    read_only', 'data: {} }\n    read_only']],
    fails: 'now it is well',
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
    name: 'nothing is kept in the cache',
    case: cached,
    file: 'web.py',
    replace: [['    cache("SET", "items", body, "EX", CACHE_SECONDS)\n', '']],
    fails: 'the cache keeps it for a minute',
  },
  {
    name: 'it is kept for too long',
    case: cached,
    file: 'web.py',
    replace: [['CACHE_SECONDS = "60"', 'CACHE_SECONDS = "600"']],
    fails: 'the cache keeps it for a minute',
  },
  {
    name: 'the cache is not asked',
    case: cached,
    file: 'web.py',
    replace: [['cache("GET", "items")', 'cache("GET", "nothing")']],
    fails: 'the second does not',
  },
  {
    name: 'the cache is not told of a new item',
    case: cached,
    file: 'web.py',
    replace: [['    cache("DEL", "items")\n', '']],
    fails: 'makes the list a fresh one',
  },
  {
    name: 'the list is in another order',
    case: cached,
    file: 'web.py',
    replace: [['from items order by id', 'from items order by id desc']],
    fails: 'the first comes from the database',
  },
  {
    name: 'the application answers something else',
    case: rows,
    file: 'web.py',
    replace: [['return 201, {}, add_item(', 'return 200, {}, add_item(']],
    fails: 'an item is added',
  },
  {
    name: 'the database is not started again',
    case: restart,
    replace: [
      ['control: { restart: db }', 'control: { stop: db }'],
      ['within: 30s, every: 100ms', 'within: 1s, every: 100ms'],
    ],
    fails: 'all four are there',
  },
  {
    name: 'the restart loses a row',
    case: restart,
    replace: [
      ['control: { restart: db }', "in: db\n        run: psql -c 'delete from items where id = 2' shop"],
      ['within: 30s, every: 100ms', 'within: 1s, every: 100ms'],
    ],
    fails: 'all four are there',
  },
  {
    name: 'the web application serves as root',
    case: one,
    replace: [['    user: www-data\n', '']],
    fails: 'the web application serves as www-data',
  },
  {
    name: 'the cache is expected to serve as root',
    case: one,
    replace: [['count: 1, user: redis', 'count: 1, user: root']],
    fails: 'the cache serves as redis',
  },
  {
    name: 'two databases are expected in one container',
    case: one,
    replace: [['count: 1, user: postgres', 'count: 2, user: postgres']],
    fails: 'the database serves as postgres',
  },
  {
    name: 'two databases are expected after the restart',
    case: restart,
    replace: [['15/bin/postgres ", count: 1 }', '15/bin/postgres ", count: 2 }']],
    fails: 'nothing of the old one is left beside the new',
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
];
