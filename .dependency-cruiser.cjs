const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^(src|queues|workers|models|migrations|test|bench)/', pathNot: [from, ...allowed] },
})

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    only('models-are-pure', '^models/', [], 'models know numbers only'),
    only('domain-is-the-ground', '^src/domain/', [], 'the domain knows only zod'),
    only(
      'features-are-pure',
      '^src/features/',
      ['^src/domain/', '^models/matrix'],
      'features are pure functions of series',
    ),
    only(
      'contracts-are-light',
      '^queues/',
      ['^src/domain/', '^src/errors'],
      'a job contract needs no database and no handler',
    ),
    only(
      'db-is-sql',
      '^src/db/',
      ['^src/domain/', '^src/errors'],
      'SQL functions know tables and the domain',
    ),
    only(
      'sources-only-fetch',
      '^src/sources/',
      ['^src/domain/', '^src/errors'],
      'clients fetch and parse, they do not store',
    ),
    only(
      'api-queues-and-reads',
      '^src/api/',
      [
        '^src/alerts/',
        '^src/domain/',
        '^src/db/',
        '^src/features/',
        '^src/jobs/',
        '^queues/',
        '^src/errors',
        '^src/(config|logger|metrics)',
      ],
      'the API queues work and reads results',
    ),
    only(
      'client-stands-alone',
      '^src/client/client',
      ['^src/client/'],
      'others install the client by itself',
    ),
    only(
      'dashboard-is-a-client',
      '^src/dashboard/',
      ['^src/client/'],
      'the pages know of the server what its API says',
    ),
    only('scripts-stand-beside', '^scripts/', [], 'scripts build and show the product from outside'),
    {
      name: 'nobody-imports-pages-or-scripts',
      severity: 'error',
      from: { pathNot: '^(src/dashboard|scripts|test/dashboard)/' },
      to: { path: '^(src/dashboard|scripts)/' },
    },
    {
      name: 'workers-never-serve',
      severity: 'error',
      from: { path: '^workers/' },
      to: { path: '^src/(api|dashboard|cli)/' },
    },
    {
      name: 'nobody-imports-workers',
      severity: 'error',
      from: { pathNot: '^(workers|test|bench)/' },
      to: { path: '^workers/' },
    },
    {
      name: 'migrations-are-frozen',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { path: '^(src|models|queues|workers)/' },
    },
    {
      name: 'no-test-in-product',
      severity: 'error',
      from: { pathNot: '^(test|bench)/' },
      to: { path: '^(test|bench)/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
}
