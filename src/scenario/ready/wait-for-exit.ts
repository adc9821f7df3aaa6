import { compileMatcher } from '../matcher/compile-matcher.ts';
import { renderExit } from '../run/render-exit.ts';
import { notReady, ready, type WaitDefinition } from './wait-definition.ts';

/** The main process ends, with an exit status that matches. */
export const waitForExit: WaitDefinition = {
  kind: 'exits',
  async prepare(value, { service }) {
    const matches = await compileMatcher(value, { subject: 'exit' });
    return {
      what: `exits: ${matches.description}`,
      worksAfterEnd: true,
      async check() {
        const { status, isOver } = service;
        if (status === undefined || !isOver) return notReady('still running');
        return matches(status.code).matched ? ready : notReady(renderExit(status));
      },
      changed: async () => {
        await service.over;
      },
    };
  },
};
