import { describe, expect, test } from 'vitest';
import { parseTemplate } from '../../../src/cli/format/parse-template.ts';
import { renderTemplate } from '../../../src/cli/format/render-template.ts';
import { TemplateError } from '../../../src/cli/format/template-token.ts';
import type { Json } from '../../../src/core/json.ts';

const data: Json = {
  ID: 'abc',
  Config: { Env: ['A=1', 'B=2'], Labels: { b: '2', a: '1' }, Cmd: null, User: '' },
  Size: 12,
};

const render = (template: string): string => renderTemplate(parseTemplate(template), data);

describe('templates print what Go prints', () => {
  test.each([
    ['plain', 'plain'],
    ['{{.ID}}: {{ .Size }}', 'abc: 12'],
    ['{{json .Config.Env}}', '["A=1","B=2"]'],
    ['{{.Config.Env}}', '[A=1 B=2]'],
    ['{{.Config.Labels}}', 'map[a:1 b:2]'],
    ['{{.Config.Cmd}}', '<no value>'],
    ['{{index .Config.Labels "a"}}', '1'],
    ['{{index .Config.Labels "nothing"}}', ''],
    ['{{index .Config.Env 1}}', 'B=2'],
    ['{{range .Config.Env}}<{{.}}>{{end}}', '<A=1><B=2>'],
    ['{{range .Config.Labels}}{{.}}{{end}}', '12'],
    ['{{range .Config.Cmd}}x{{else}}none{{end}}', 'none'],
    ['{{if .Config.User}}user{{else if .Size}}sized{{else}}neither{{end}}', 'sized'],
    ['{{with .Config}}{{len .Env}}{{end}}', '2'],
    ['{{join .Config.Env ", "}}', 'A=1, B=2'],
    ['{{.ID | upper | json}}', '"ABC"'],
    ['{{len (split "a,b,c" ",")}}', '3'],
    ['{{eq .ID "x" "abc"}} {{ne .ID "abc"}} {{not .Config.User}}', 'true false true'],
    ['{{or .Config.User .ID}} {{and .ID .Size}}', 'abc 12'],
    ['a  {{- .ID -}}  b', 'aabcb'],
    ['{{`raw "text"`}} {{"quo\\"ted"}} {{"}}"}}', 'raw "text" quo"ted }}'],
    ['{{println .ID true}}', 'abc true\n'],
    ['{{truncate .ID 2}}', 'ab'],
  ])('%s', (template, printed) => expect(render(template)).toBe(printed));
});

describe('what is no template says why', () => {
  test.each([
    ['{{.ID', '`{{` without `}}`'],
    ['{{}}', 'empty'],
    ['{{.Nothing}}', 'there are ID, Config, Size'],
    ['{{.ID.Deeper}}', 'no fields'],
    ['{{shout .ID}}', 'no function `shout`'],
    ['{{range .Config.Env}}', '`range` has no `end`'],
    ['{{if .ID}}{{else}}', '`else` has no `end`'],
    ['{{end}}', 'closes nothing'],
    ['{{(.ID}}', '`(` has no `)`'],
    ['{{.ID)}}', '`)` closes nothing'],
    ['{{.ID .Size}}', 'followed by another'],
    ['{{.ID | .Size}}', 'no function'],
    ['{{index .Config.Env 7}}', 'no item 7'],
    ['{{$x}}', 'not understood'],
    ['{{range .ID}}{{end}}', 'needs a list'],
  ])('%s', (template, why) => {
    expect(() => render(template)).toThrow(TemplateError);
    expect(() => render(template)).toThrow(why);
  });
});
