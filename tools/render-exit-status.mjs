// docs/exit-status.md out of the catalogue of errors. `node tools/generate-docs.mjs` writes it; spec/docs asserts that it is up to date.

const groups = [
  { title: 'The input', statuses: [2] },
  { title: 'The host', statuses: [3] },
  { title: 'Expectations', statuses: [1] },
  { title: 'The engine and the images', statuses: [4] },
  { title: 'Left behind', statuses: [5] },
];

export function renderExitStatus(catalogue) {
  const sections = groups.map(({ title, statuses }) => {
    const rows = Object.entries(catalogue).filter(([, { exitStatus }]) => statuses.includes(exitStatus));
    const lines = rows.map(
      ([code, { meaning, hint }]) => `| \`${code}\` | ${cell(meaning)} | ${cell(hint)} |`,
    );
    return `### ${title} (${statuses.join(', ')})\n\n| code | when | what to do |\n|---|---|---|\n${lines.join('\n')}\n`;
  });
  return `${head}\n${sections.join('\n')}`;
}

function cell(text) {
  return text.replaceAll('|', '\\|');
}

const head = `<!-- Written by tools/generate-docs.mjs from src/core/error-catalogue.ts. Do not edit. -->

# Exit statuses and error codes

What \`mayfly\` ends with. Of several, the gravest counts: 5 over 4 over 3 over 2 over 1.

| status | meaning |
|---|---|
| 0 | All scenarios passed. Flaky ones pass unless \`--fail-on-flaky\`, skipped ones unless \`--fail-on-skipped\`. |
| 1 | A scenario failed: an expectation did not hold, or something took too long. |
| 2 | The input is invalid: a scenario file, a flag, or nothing matched. Nothing was started. |
| 3 | This host cannot run scenarios, or not these; or all were skipped. |
| 4 | The engine or an image failed: nothing is known about what was to be tested. |
| 5 | Something of the run was left behind. This is told even of an interrupted run. |
| 129, 130, 143 | Interrupted by SIGHUP, SIGINT (Ctrl-C) or SIGTERM. Everything was torn down; a second signal ends at once, and the kernel does it. |

## Codes

Every error has a code, a place where it has one, and advice: the one below if it knows nothing better. With \`MAYFLY_DEBUG=1\` it
also shows stacks and causes.
`;
