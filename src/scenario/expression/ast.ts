import type { Json } from '../../core/json.ts';
import type { FunctionName } from './functions.ts';
import type { Namespace } from './scope.ts';

/** Where a node stands in the text it was parsed from, in UTF-16 code units from 0. */
interface Placed {
  readonly offset: number;
  readonly length: number;
}

/** A parsed expression. Immutable; holds nothing that could be executed. */
export type Expression =
  | (Placed & { readonly kind: 'literal'; readonly value: Json })
  | PathExpression
  | (Placed & {
      readonly kind: 'call';
      readonly name: FunctionName;
      readonly arguments: readonly Expression[];
    })
  | (Placed & { readonly kind: 'not'; readonly operand: Expression })
  | (Placed & {
      readonly kind: 'compare';
      readonly operator: '==' | '!=';
      readonly left: Expression;
      readonly right: Expression;
    })
  | (Placed & {
      readonly kind: 'logic';
      readonly operator: '&&' | '||';
      readonly left: Expression;
      readonly right: Expression;
    });

/** `vars.port`, `matrix["node version"]`, `steps.a.list[0]`, `services.web.port(80)`. */
export interface PathExpression extends Placed {
  readonly kind: 'path';
  readonly namespace: Namespace;
  readonly segments: readonly PathSegment[];
  /** The argument of a closing `.port(…)`. */
  readonly port?: Expression;
}

export interface PathSegment extends Placed {
  readonly name: string | number;
}
