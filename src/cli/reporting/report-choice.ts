import { didYouMean } from '../../core/did-you-mean.ts';
import { MayflyError, MayflyErrors } from '../../core/mayfly-error.ts';
import { isReportName, type ReportName, reportNames } from '../../report/reports.ts';

/** A report, and where it goes: to a file, or to standard output. */
export interface ReportChoice {
  readonly name: ReportName;
  readonly file?: string;
}

/**
 * What `--report` says, each `NAME` or `NAME=FILE`. The table goes to standard output unless another report does.
 *
 * @throws MayflyErrors CLI_USAGE
 */
export function parseReportChoices(texts: readonly string[]): readonly ReportChoice[] {
  const problems: MayflyError[] = [];
  const choices = texts.flatMap((text) => {
    const choice = parseChoice(text);
    if (!(choice instanceof MayflyError)) return [choice];
    problems.push(choice);
    return [];
  });
  problems.push(...findClashes(choices));
  if (problems.length > 0) throw new MayflyErrors(problems);
  return choices.some(({ file }) => file === undefined) ? choices : [...choices, { name: 'table' }];
}

function parseChoice(text: string): ReportChoice | MayflyError {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  if (!isReportName(name)) {
    const meant = didYouMean(name, reportNames);
    const hint =
      meant === undefined ? `the reports are ${reportNames.join(', ')}` : `did you mean \`${meant}\`?`;
    return new MayflyError('CLI_USAGE', `there is no report \`${name}\``, { hint });
  }
  if (equals < 0) return { name };
  const file = text.slice(equals + 1);
  if (file !== '') return { name, file };
  return new MayflyError('CLI_USAGE', `\`--report ${text}\` names no file`, {
    hint: `write \`--report ${name}=FILE\``,
  });
}

function findClashes(choices: readonly ReportChoice[]): readonly MayflyError[] {
  const toOutput = choices.filter(({ file }) => file === undefined).map(({ name }) => name);
  const files = choices.flatMap(({ file }) => (file === undefined ? [] : [file]));
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  return [
    ...(toOutput.length > 1
      ? [
          new MayflyError(
            'CLI_USAGE',
            `only one report can go to standard output, and these are ${toOutput.join(', ')}`,
            {
              hint: `give the others files: \`--report ${toOutput[1]}=FILE\``,
            },
          ),
        ]
      : []),
    ...(twice === undefined
      ? []
      : [
          new MayflyError('CLI_USAGE', `two reports would go to ${twice}`, {
            hint: 'give each a file of its own',
          }),
        ]),
  ];
}
