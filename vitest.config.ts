import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: ['test/support/services.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Two cores: more workers only make the services behind the tests slower.
    maxWorkers: 2,
    // What failed comes last, where people look for it.
    reporters: ['./test/chaos/harness/reporter.ts', 'default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'suite',
          include: ['test/**/*.test.ts'],
          exclude: ['test/chaos/**'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        // After the rest: what is promised in seconds is not measured beside it.
        extends: true,
        test: { name: 'chaos', include: ['test/chaos/**/*.test.ts'], sequence: { groupOrder: 1 } },
      },
    ],
  },
})
