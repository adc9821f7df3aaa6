import type { Figure } from './contender.ts';
import type { Bar, Result } from './result.ts';

const columns = ['what', 'ours', 'peer', 'ratio', 'bar', 'ok'] as const;
type Line = readonly [string, string, string, string, string, string];

/** A line per peer; `*` marks figures that contain Node's own spawn. */
export function renderTable(results: readonly Result[], style: 'text' | 'markdown'): string {
  const lines: readonly Line[] = results.flatMap(linesOf);
  const widths = columns.map((title, at) =>
    Math.max(title.length, ...lines.map((line) => line[at]?.length ?? 0)),
  );
  const render = (line: readonly string[]): string => {
    const cells = line.map((cell, at) => cell.padEnd(widths[at] ?? 0));
    return style === 'markdown' ? `| ${cells.join(' | ')} |` : cells.join('  ').trimEnd();
  };
  const rule = widths.map((width) => '-'.repeat(width));
  return [columns, rule, ...lines].map(render).join('\n');
}

/** Every bar that was measured and does not hold, in words. */
export function missedBars(results: readonly Result[]): readonly string[] {
  return results.flatMap((result) =>
    linesOf(result)
      .filter((line) => line[5] === 'NO')
      .map(
        ([what, ours, peer, ratio, bar]) =>
          `${what}: ${ours}${peer === '' ? '' : ` against ${peer} (${ratio})`}, the bar is ${bar}`,
      ),
  );
}

function linesOf(result: Result): readonly Line[] {
  const { what, unit, figures, skipped, bars, atMost } = result;
  const [ours, ...peers] = figures;
  const gone = skipped.map(({ name, reason }): Line => [what, '', name, '', '', `skipped: ${reason}`]);
  if (ours === undefined) return gone;
  const own = renderFigure(ours, unit);
  // A bar in the row's own unit stands beside the scale, where there is one.
  const absolute: readonly [string, string] =
    atMost === undefined ? ['', ''] : [`${atMost} ${unit}`, verdict(ours.median <= atMost)];
  const alone: readonly Line[] = peers.length === 0 ? [[what, own, '', '', ...absolute]] : [];
  const compared = peers.map((peer): Line => {
    const ratio = ours.median / peer.median;
    const bar = bars.find((each: Bar) => each.peer === peer.name);
    const judged: readonly [string, string] =
      bar === undefined ? absolute : [`${bar.atMost}x`, verdict(ratio <= bar.atMost)];
    const compare = [`${peer.name} ${renderFigure(peer, unit)}`, `${ratio.toFixed(2)}x`] as const;
    return [what, own, ...compare, ...judged];
  });
  return [...alone, ...compared, ...gone];
}

function renderFigure({ median, spawned }: Figure, unit: string): string {
  return `${median.toFixed(median < 100 ? 2 : 0)} ${unit}${spawned ? '*' : ''}`;
}

const verdict = (holds: boolean): string => (holds ? 'yes' : 'NO');
