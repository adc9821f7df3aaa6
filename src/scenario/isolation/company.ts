import type { Probe } from '../../core/probe.ts';
import type { Guest, Twin } from './check.ts';
import type { Examined } from './examine.ts';

/** Whom an examination has brought along. */
export interface Company {
  readonly guests: readonly Guest[];
  /** By the service they are twins of. */
  readonly twins: ReadonlyMap<string, Omit<Twin, keyof AsyncDisposable>>;
}

export const noCompany: Company = { guests: [], twins: new Map() };

/** A twin for each service that is alone on one of its networks, which nobody else could answer on. */
export async function openGuests(
  targets: readonly Examined[],
  services: readonly Examined[],
  signal: AbortSignal,
): Promise<AsyncDisposable & Company> {
  const lonely = targets.filter((target) =>
    target.container.networks.some(
      ({ network }) =>
        !services.some(
          ({ name, container }) =>
            name !== target.name && container.networks.some((each) => each.network === network),
        ),
    ),
  );
  const opened = await Promise.allSettled(
    lonely.map(async (target) => [target.name, await openTwin(target, signal)] as const),
  );
  const twins = new Map(opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])));
  return {
    guests: [...twins.values()].map(({ container, root }) => ({ name: container.name, container, root })),
    twins,
    async [Symbol.asyncDispose]() {
      await Promise.all([...twins.values()].map((twin) => twin[Symbol.asyncDispose]()));
    },
  };
}

export async function openTwin(target: Examined, signal: AbortSignal): Promise<Twin> {
  const twin = await target.openTwin();
  const { container } = twin;
  let root: Probe | undefined;
  const end = async (): Promise<void> => {
    await root?.[Symbol.asyncDispose]();
    await twin[Symbol.asyncDispose]();
  };
  try {
    root = await container.probe('root', signal);
    return { container, root, witness: await container.witness(), [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}
