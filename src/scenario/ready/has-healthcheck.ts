import type { ImageHealthcheck } from '../../core/image.ts';

/** Whether an image's health check checks anything. */
export function hasHealthcheck(healthcheck: ImageHealthcheck | undefined): boolean {
  return healthcheck !== undefined && healthcheck.test.length > 0 && healthcheck.test[0] !== 'NONE';
}
