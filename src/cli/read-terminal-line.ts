import { StringDecoder } from 'node:string_decoder';

const interrupt = '\u0003';
const endOfInput = '\u0004';

export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** What Ctrl-C does. */
  readonly interrupt: () => void;
}

/**
 * Reads a line from a terminal. While it is hidden the terminal hands over every key, so that those that edit and end are ours to
 * heed.
 */
export async function readTerminalLine(terminal: Terminal, isHidden: boolean): Promise<string> {
  const { input, output } = terminal;
  if (isHidden) input.setRawMode(true);
  try {
    const typed = await readUntilEnter(terminal);
    if (isHidden) output.write('\n');
    return typed;
  } finally {
    if (isHidden) input.setRawMode(false);
    input.pause();
  }
}

function readUntilEnter({ input, interrupt: onInterrupt }: Terminal): Promise<string> {
  const decoder = new StringDecoder('utf8');
  let line = '';
  return new Promise((resolve) => {
    const end = (): void => {
      input.off('data', onData).off('end', end);
      resolve(line);
    };
    const onData = (chunk: Buffer): void => {
      for (const key of decoder.write(chunk)) {
        if (key === interrupt) {
          line = '';
          onInterrupt();
        }
        if (['\r', '\n', endOfInput, interrupt].includes(key)) {
          end();
          return;
        }
        line = key === '\u007f' || key === '\b' ? [...line].slice(0, -1).join('') : line + key;
      }
    };
    input.on('data', onData).on('end', end);
  });
}
