import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { expect, test } from 'vitest';
import { defaultImageLimits } from '../../../src/image/image-limits.ts';
import { AnswerBody } from '../../../src/image/registry/answer-body.ts';
import { explainAnswer } from '../../../src/image/registry/explain-answer.ts';

test.each([
  ['registry-1.docker.io', 'docker.io'],
  ['index.docker.io', 'docker.io'],
  ['registry.example:5000', 'registry.example:5000'],
])('what %s refuses is to be tried with a login at %s, as one writes it', async (host, written) => {
  const stream = Readable.from([Buffer.from('{}')]) as Dispatcher.ResponseData['body'];
  const answer = {
    url: new URL(`https://${host}/`),
    status: 401,
    header: () => undefined,
    body: new AnswerBody(stream, defaultImageLimits),
  };
  const error = await explainAnswer(answer, host, 'fetching');
  expect(error.hint).toContain(`\`mayfly login ${written}\``);
  expect(error.message).toContain(host);
});
