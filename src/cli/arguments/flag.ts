/** A flag of a command, as data: parsing and help are both made from it. */
export type Flag =
  | { readonly kind: 'switch'; readonly what: string; readonly short?: string }
  | {
      /** `text` once, `texts` as often as wanted, `whole` a number, `duration` in milliseconds once read. */
      readonly kind: 'text' | 'texts' | 'whole' | 'duration';
      /** For help: `--output DIR`. */
      readonly value: string;
      readonly what: string;
      /** One letter: `-o`. */
      readonly short?: string;
      /** Of a whole number: the smallest. */
      readonly least?: number;
    };

/** By name, without the dashes. */
export type Flags = Readonly<Record<string, Flag>>;

interface FlagValue {
  readonly switch: boolean;
  readonly text: string | undefined;
  readonly texts: readonly string[];
  readonly whole: number | undefined;
  readonly duration: number | undefined;
}

export type FlagValues<F extends Flags> = { readonly [K in keyof F]: FlagValue[F[K]['kind']] };
