import { isJsonObject, type Json } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { registryNameOf } from './plan-endpoints.ts';
import type { HttpAnswer } from './transport.ts';

/** What an answer that is none of those hoped for means. `what` is what was asked: `fetching the manifest of app:1`. */
export async function explainAnswer(answer: HttpAnswer, name: string, what: string): Promise<MayflyError> {
  const said = await readComplaint(answer);
  const { status } = answer;
  const message = `${what}: ${name} answers ${status}${said === '' ? '' : ` (${said})`}`;
  if (status === 401 || status === 403) {
    return new MayflyError('REGISTRY_UNAUTHORIZED', message, {
      hint: `log in with \`mayfly login ${registryNameOf(name)}\`, and check that the name is right`,
    });
  }
  if (status === 404)
    return new MayflyError('IMAGE_NOT_FOUND', message, { hint: 'check the name and the tag' });
  if (status === 429) {
    return new MayflyError('REGISTRY_REFUSED', message, {
      hint: 'it wants fewer requests: wait, log in, or use a mirror',
    });
  }
  return new MayflyError('REGISTRY_REFUSED', message);
}

const mostComplaints = 3;
const longestComplaint = 300;

/** The registry's own words (distribution-spec, "Error Codes"), short, and without what a terminal would obey. */
async function readComplaint(answer: HttpAnswer): Promise<string> {
  let text: string;
  try {
    text = Buffer.from(await answer.body.whole('registryAnswerBytes', 'the answer')).toString('utf8');
  } catch {
    return ''; // the status is what counts
  }
  return parseComplaints(text)
    .slice(0, mostComplaints)
    .map((complaint) => complaint.replace(/[^\x20-\x7e\u00a0-\uffff]+/g, ' ').slice(0, longestComplaint))
    .join('; ');
}

function parseComplaints(text: string): readonly string[] {
  let json: Json;
  try {
    json = JSON.parse(text);
  } catch {
    return [];
  }
  if (!isJsonObject(json)) return [];
  // Token servers say `details` or `message`.
  const errors = Array.isArray(json.errors) ? json.errors : [json];
  return errors.flatMap((error) => {
    if (!isJsonObject(error)) return [];
    const words = [error.code, error.message ?? error.details].filter((word) => typeof word === 'string');
    return words.length === 0 ? [] : [words.join(': ')];
  });
}
