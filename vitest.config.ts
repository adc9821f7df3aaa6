import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['spec/host-features.setup.ts'],
    setupFiles: ['spec/fast-check.setup.ts'],
    include: ['spec/**/*.spec.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
