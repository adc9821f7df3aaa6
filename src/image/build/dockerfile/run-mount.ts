/** What a RUN sees beside the files of its stage. Targets and names may still have variables in them. */
export type RunMount =
  | {
      readonly kind: 'bind';
      readonly target: string;
      /** Of the build context, where it names no other. */
      readonly from: string | undefined;
      readonly source: string;
      readonly readOnly: boolean;
    }
  | {
      readonly kind: 'cache';
      readonly target: string;
      /** The same id is the same directory, in every build of this user. */
      readonly id: string;
      readonly sharing: 'shared' | 'private' | 'locked';
      readonly readOnly: boolean;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    }
  | { readonly kind: 'tmpfs'; readonly target: string; readonly sizeBytes: number | undefined }
  | {
      readonly kind: 'secret';
      readonly id: string;
      /** Undefined: it is only a variable. */
      readonly target: string | undefined;
      readonly variable: string | undefined;
      readonly required: boolean;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    };
