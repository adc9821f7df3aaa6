import { Readable } from 'node:stream';
import { type Extract, extract, type Pack, pack } from 'tar-stream';

/** The same archive with another name for its root entry: `cp a b`. */
export function renameRoot(tar: Readable, from: string, to: string): Readable {
  const reader = extract();
  const writer = pack();
  void feedArchive(tar, reader);
  void rewrite(reader, writer, from, to);
  return Readable.from(bytesOf(writer), { objectMode: false });
}

async function rewrite(reader: Extract, writer: Pack, from: string, to: string): Promise<void> {
  try {
    for await (const entry of reader) {
      const header = { ...entry.header, name: renamed(entry.header.name, from, to) };
      // A hard link names another entry of the archive; a symbolic link names whatever it likes.
      if (header.type === 'link') header.linkname = renamed(header.linkname, from, to);
      const sink = writer.entry(header);
      for await (const chunk of entry)
        if (!sink.write(chunk)) await new Promise<void>((resolve) => sink.once('drain', resolve));
      sink.end(null);
    }
    writer.finalize();
  } catch (error) {
    writer.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

function renamed(name: string, from: string, to: string): string {
  const path = name.replace(/^\.\//, '');
  if (path === from || path === `${from}/`) return path.replace(from, () => to);
  return path.startsWith(`${from}/`) ? `${to}${path.slice(from.length)}` : path;
}

export async function feedArchive(tar: Readable, reader: Extract): Promise<void> {
  try {
    for await (const chunk of tar)
      if (!reader.write(chunk)) await new Promise<void>((resolve) => reader.once('drain', resolve));
    reader.end(null);
  } catch (error) {
    reader.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

export async function* bytesOf(stream: Pack): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) if (chunk instanceof Uint8Array) yield chunk;
}
