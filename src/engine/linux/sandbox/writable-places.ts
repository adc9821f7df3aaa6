/** Of a writable layer and of a volume that names no size of its own. */
export const defaultWritableBytes = 1 << 30;

/** What keeps a place from growing: a tmpfs whose size can be changed, or a file system that is as large as it is. */
export interface PlaceLimit {
  readonly kind: 'tmpfs' | 'file system';
  readonly sizeBytes: number;
}

/** A loop device for as long as it is what it was when a run had it: numbers are given out again, sequences are not. */
export interface LoopDevice {
  /** `loop3`. */
  readonly name: string;
  /** /sys/block/NAME/diskseq (Linux 5.15), one for each time something is attached; undefined on older kernels. */
  readonly sequence: string | undefined;
}

/** Where writable layers and volumes of a sandbox are made, each below a name in the attic. */
export interface WritablePlaces {
  /** A mount of a part of one would show a name of the host in mount tables: a path, or a device. */
  readonly namesHost: boolean;
  /** All that were attached so far. */
  readonly loopDevices: readonly LoopDevice[];
  /** A name in the attic that no other place has. */
  nextName(what: string): string;
  /** The limit of a place that `make` makes; undefined: it has none. */
  limitOf(sizeBytes: number | undefined): PlaceLimit | undefined;
  /** @throws MayflyError HOST_LIMIT_UNAVAILABLE: that size cannot be kept here. */
  make(name: string, sizeBytes: number | undefined, directories: readonly string[]): Promise<void>;
  remove(name: string): Promise<void>;
}
