import { type Attribute, be32, cString } from '../netlink/attribute.ts';
import { type NetlinkMessage, NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL } from '../netlink/message.ts';
import { type Expression, encodeExpressions } from './expression.ts';

/** A table of nf_tables as data. Nothing of it is in force before the batch that makes it is, and then all of it. */
export interface Table {
  readonly family: Family;
  readonly name: string;
  readonly sets?: readonly KeySet[];
  readonly chains: readonly Chain[];
}

/** `bridge` sees frames between the ports of a bridge; `inet` sees IPv4 and IPv6, bridged only through br_netfilter. */
export type Family = keyof typeof families;

export interface Chain {
  readonly name: string;
  /** Undefined: only jumped to. */
  readonly hook?: {
    readonly at: keyof typeof hooks;
    /** Lower ones first. */
    readonly priority: number;
    /** What becomes of what no rule has decided. */
    readonly policy: 'accept' | 'drop';
  };
  readonly rules: readonly (readonly Expression[])[];
}

/** Keys of one length, looked up in constant time; a concatenation has each part padded to four bytes. */
export interface KeySet {
  readonly name: string;
  readonly keyBytes: number;
}

/** linux/netfilter.h NFPROTO_*, NF_INET_*; linux/netfilter_bridge.h numbers its own the same way. */
const families = { inet: 1, bridge: 7 } as const;
const hooks = { prerouting: 0, input: 1, forward: 2, output: 3, postrouting: 4 } as const;
const policies = { drop: 0, accept: 1 } as const;

/** linux/netfilter/nfnetlink.h, linux/netfilter/nf_tables.h */
const NFNL_SUBSYS_NFTABLES = 10;
const NFT_MSG = {
  NEWTABLE: 0,
  DELTABLE: 2,
  NEWCHAIN: 3,
  NEWRULE: 6,
  NEWSET: 9,
  NEWSETELEM: 12,
  DELSETELEM: 14,
} as const;
const NFTA_TABLE = { NAME: 1 } as const;
const NFTA_CHAIN = { TABLE: 1, NAME: 3, HOOK: 4, POLICY: 5, TYPE: 7 } as const;
const NFTA_HOOK = { HOOKNUM: 1, PRIORITY: 2 } as const;
const NFTA_RULE = { TABLE: 1, CHAIN: 2, EXPRESSIONS: 4 } as const;
const NFTA_SET = { TABLE: 1, NAME: 2, FLAGS: 3, KEY_TYPE: 4, KEY_LEN: 5, ID: 10 } as const;
const NFTA_SET_ELEM_LIST = { TABLE: 1, SET: 2, ELEMENTS: 3 } as const;

/** An attribute's length has 16 bits, so many keys go in several messages. */
const mostKeysOfMessage = 500;

/** Chains before rules, so that any may jump to any. */
export function newTable({ family, name, sets = [], chains }: Table): readonly NetlinkMessage[] {
  const table = cString(name);
  return [
    message(family, NFT_MSG.NEWTABLE, NLM_F_CREATE | NLM_F_EXCL, [{ type: NFTA_TABLE.NAME, value: table }]),
    ...sets.map((set, at) =>
      message(family, NFT_MSG.NEWSET, NLM_F_CREATE, [
        { type: NFTA_SET.TABLE, value: table },
        { type: NFTA_SET.NAME, value: cString(set.name) },
        { type: NFTA_SET.FLAGS, value: be32(0) },
        // What nft(8) would print the keys as: nothing it knows.
        { type: NFTA_SET.KEY_TYPE, value: be32(0) },
        { type: NFTA_SET.KEY_LEN, value: be32(set.keyBytes) },
        { type: NFTA_SET.ID, value: be32(at + 1) },
      ]),
    ),
    ...chains.map((chain) =>
      message(family, NFT_MSG.NEWCHAIN, NLM_F_CREATE, [
        { type: NFTA_CHAIN.TABLE, value: table },
        { type: NFTA_CHAIN.NAME, value: cString(chain.name) },
        ...hookAttributes(chain),
      ]),
    ),
    ...chains.flatMap((chain) =>
      chain.rules.map((rule) =>
        message(family, NFT_MSG.NEWRULE, NLM_F_CREATE | NLM_F_APPEND, [
          { type: NFTA_RULE.TABLE, value: table },
          { type: NFTA_RULE.CHAIN, value: cString(chain.name) },
          { type: NFTA_RULE.EXPRESSIONS, value: encodeExpressions(rule) },
        ]),
      ),
    ),
  ];
}

/** With all that is in it. ENOENT when there is none. */
export function deleteTable({ family, name }: Pick<Table, 'family' | 'name'>): NetlinkMessage {
  return message(family, NFT_MSG.DELTABLE, 0, [{ type: NFTA_TABLE.NAME, value: cString(name) }]);
}

/** What a set is to have from now on, whatever it had; in one batch nobody sees it between. */
export function fillSet(
  { family, name }: Pick<Table, 'family' | 'name'>,
  set: string,
  keys: readonly Uint8Array[],
): readonly NetlinkMessage[] {
  const place = [
    { type: NFTA_SET_ELEM_LIST.TABLE, value: cString(name) },
    { type: NFTA_SET_ELEM_LIST.SET, value: cString(set) },
  ];
  const parts = Array.from({ length: Math.ceil(keys.length / mostKeysOfMessage) }, (_, at) =>
    keys.slice(at * mostKeysOfMessage, (at + 1) * mostKeysOfMessage),
  );
  return [
    message(family, NFT_MSG.DELSETELEM, 0, place),
    ...parts.map((part) =>
      message(family, NFT_MSG.NEWSETELEM, NLM_F_CREATE, [
        ...place,
        { type: NFTA_SET_ELEM_LIST.ELEMENTS, value: part.map(keyElement) },
      ]),
    ),
  ];
}

/** NFTA_LIST_ELEM { NFTA_SET_ELEM_KEY { NFTA_DATA_VALUE } } */
const keyElement = (key: Uint8Array): Attribute => ({
  type: 1,
  value: [{ type: 1, value: [{ type: 1, value: key }] }],
});

function hookAttributes({ hook }: Chain): readonly Attribute[] {
  if (hook === undefined) return [];
  return [
    {
      type: NFTA_CHAIN.HOOK,
      value: [
        { type: NFTA_HOOK.HOOKNUM, value: be32(hooks[hook.at]) },
        { type: NFTA_HOOK.PRIORITY, value: be32(hook.priority) },
      ],
    },
    { type: NFTA_CHAIN.POLICY, value: be32(policies[hook.policy]) },
    { type: NFTA_CHAIN.TYPE, value: cString('filter') },
  ];
}

function message(
  family: Family,
  type: number,
  flags: number,
  attributes: readonly Attribute[],
): NetlinkMessage {
  // struct nfgenmsg: family, version, resource id in network order.
  const header = Uint8Array.of(families[family], 0, 0, 0);
  return { type: (NFNL_SUBSYS_NFTABLES << 8) | type, flags, header, attributes };
}
