import type { ImageConfig } from '../core/image.ts';
import type { ImageLimits } from './image-limits.ts';
import type { ImagePlatform } from './image-platform.ts';
import type { InputFact } from './input-fact.ts';
import type { LayerEntry } from './layer/layer-entry.ts';
import type { LayerIds } from './layer-writer.ts';
import type { ProgramRunner } from './program-runner.ts';
import type { RegistrySettings } from './registry/registry-settings.ts';

/** What every source needs and none may fetch itself. */
export interface SourceContext {
  readonly platform: ImagePlatform;
  readonly limits: ImageLimits;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
  /** Who runs Mayfly. */
  readonly user: { readonly uid: number; readonly gid: number };
  /** Where programs of `host:` are looked for. */
  readonly searchPath: readonly string[];
  /** Programs with a place of their own, e.g. `node` where Mayfly's own runs from. */
  readonly programPlaces: Readonly<Record<string, string>>;
  readonly ids: LayerIds;
  /** Programs that make images. */
  readonly programs: ProgramRunner;
  readonly readRegistries: () => Promise<RegistrySettings>;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** A directory of this preparation's own, removed after it. */
  readonly makeScratch: () => Promise<string>;
  /** The same, where others may pass through, such as a program under other ids (mode 0711), and outside of the store. */
  readonly makePublicScratch: () => Promise<string>;
}

/** An image as its source offers it: everything judged but its layers' content, which is read only where it is not yet stored. */
export interface SourcedImage {
  readonly config: ImageConfig;
  readonly platform: ImagePlatform;
  /** Empty when the source does not say. */
  readonly createdAt: string;
  readonly references: readonly string[];
  /** Lowest first. */
  readonly layers: readonly SourcedLayer[];
  /** Taken before anything was read. */
  readonly inputs: readonly InputFact[];
  /** Configuration and manifest as bytes, to be kept by digest; the first is the configuration, whose digest is the image's id. */
  readonly blobs: readonly Uint8Array[];
  readonly warnings: readonly string[];
  /** Under which a registry has it, or an archive's index: of what was read and verified, an index or a manifest. */
  readonly digest?: string;
  /** `name=version`, sorted, where it is made of packages. */
  readonly packages?: readonly string[];
}

export type SourcedLayer =
  /** A tar, perhaps packed. */
  | {
      readonly kind: 'tar';
      /** For messages: `layer 2 of 5`. */
      readonly what: string;
      /** What it has to be, packed and unpacked; undefined where nothing is promised. */
      readonly blob:
        | { readonly mediaType: string; readonly digest: string; readonly sizeBytes: number }
        | undefined;
      readonly diffId: string | undefined;
      readonly open: () => AsyncIterable<Uint8Array>;
      /** When it is in the store: whether it was not before. */
      readonly onKept?: (isNew: boolean) => void;
    }
  /** Entries made here, named by the digest of their recipe. */
  | {
      readonly kind: 'entries';
      readonly what: string;
      readonly recipe: string;
      readonly entries: () => AsyncIterable<LayerEntry>;
    };
