import { type Attribute, be32, cString } from '../netlink/attribute.ts';

/**
 * Where an expression leaves its value or takes it from: one of sixteen words of four bytes (linux/netfilter/nf_tables.h
 * NFT_REG32_00 …). A longer value fills the words that follow, so the parts of a concatenation lie side by side.
 */
export type Register = number;

/** One step of a rule; the rule goes on to the next unless a comparison or look-up does not hold, or a verdict ends it. */
export type Expression =
  | {
      readonly kind: 'payload';
      readonly base: keyof typeof payloadBases;
      readonly offset: number;
      readonly length: number;
      readonly into: Register;
    }
  | { readonly kind: 'meta'; readonly key: keyof typeof metaKeys; readonly into: Register }
  /** Connection tracking: in the family `inet`, also for bridged frames where br_netfilter hands them over. */
  | { readonly kind: 'ct'; readonly key: keyof typeof ctKeys; readonly into: Register }
  | {
      readonly kind: 'mask';
      readonly from: Register;
      readonly mask: Uint8Array;
      readonly into: Register;
    }
  | {
      readonly kind: 'compare';
      readonly from: Register;
      readonly how: keyof typeof comparisons;
      readonly value: Uint8Array;
    }
  /** Holds when the set has what stands at `from`, in the length of the set's key. */
  | { readonly kind: 'lookup'; readonly set: string; readonly from: Register }
  /** A random number below `below`, in network order so that it can be compared. */
  | { readonly kind: 'random'; readonly below: number; readonly into: Register }
  /** Answers with a TCP reset and drops: for TCP only, in the families `inet`, `ip` and `ip6`. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'verdict'; readonly verdict: keyof typeof verdicts }
  | { readonly kind: 'jump'; readonly chain: string };

/** linux/netfilter/nf_tables.h, each as the enumeration named there. */
const payloadBases = { link: 0, network: 1, transport: 2 } as const;
const metaKeys = { iif: 4, oif: 5, nfproto: 15, l4proto: 16 } as const;
const ctKeys = { state: 0, direction: 1 } as const;
const comparisons = { equal: 0, different: 1, below: 2 } as const;
const verdicts = { drop: 0, accept: 1 } as const;
const verdictJump = -3;
const verdictRegister = 0;
const firstWord = 8;
const randomNumbers = 1;
const toNetworkOrder = 1;
const rejectByReset = 1;

const DATA_VALUE = 1;
const DATA_VERDICT = 2;
const LIST_ELEMENT = 1;

/** The value of NFTA_RULE_EXPRESSIONS. */
export function encodeExpressions(expressions: readonly Expression[]): readonly Attribute[] {
  return expressions.flatMap(encodeExpression);
}

function encodeExpression(expression: Expression): readonly Attribute[] {
  switch (expression.kind) {
    case 'payload': {
      const { base, offset, length, into } = expression;
      return named('payload', [word(into), be32(payloadBases[base]), be32(offset), be32(length)]);
    }
    case 'meta':
      return named('meta', [word(expression.into), be32(metaKeys[expression.key])]);
    case 'ct': {
      const { key, into } = expression;
      return named('ct', [word(into), be32(ctKeys[key])]);
    }
    case 'mask': {
      const { from, into, mask } = expression;
      const parts = [word(from), word(into), be32(mask.length), value(mask), value(mask.map(() => 0))];
      return named('bitwise', parts);
    }
    case 'compare':
      return named('cmp', [
        word(expression.from),
        be32(comparisons[expression.how]),
        value(expression.value),
      ]);
    case 'lookup':
      return named('lookup', [cString(expression.set), word(expression.from)]);
    case 'random': {
      const into = word(expression.into);
      return [
        ...named('numgen', [into, be32(expression.below), be32(randomNumbers)]),
        ...named('byteorder', [into, into, be32(toNetworkOrder), be32(4), be32(4)]),
      ];
    }
    case 'reset':
      return named('reject', [be32(rejectByReset)]);
    case 'verdict':
      return [verdict([{ type: 1, value: be32(verdicts[expression.verdict]) }])];
    case 'jump':
      return [
        verdict([
          { type: 1, value: be32(verdictJump) },
          { type: 2, value: cString(expression.chain) },
        ]),
      ];
    default:
      return expression satisfies never;
  }
}

const word = (register: Register): Uint8Array => be32(firstWord + register);

const value = (bytes: Uint8Array): readonly Attribute[] => [{ type: DATA_VALUE, value: bytes }];

function verdict(attributes: readonly Attribute[]): Attribute {
  return element('immediate', [
    { type: 1, value: be32(verdictRegister) },
    { type: 2, value: [{ type: DATA_VERDICT, value: attributes }] },
  ]);
}

/** Most expressions number their attributes from 1 in the order in which they are given here. */
function named(name: string, values: readonly Attribute['value'][]): readonly Attribute[] {
  return [
    element(
      name,
      values.map((each, at) => ({ type: at + 1, value: each })),
    ),
  ];
}

const element = (name: string, data: readonly Attribute[]): Attribute => ({
  type: LIST_ELEMENT,
  value: [
    { type: 1, value: cString(name) },
    { type: 2, value: data },
  ],
});
