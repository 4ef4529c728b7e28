// Bundles the dashboard into dist/dashboard, where the API serves it from. Run by `npm run build`.
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

const from = join(import.meta.dirname, '../src/dashboard')
const to = join(import.meta.dirname, '../dist/dashboard')

await mkdir(to, { recursive: true })
await build({
  entryPoints: [
    { in: join(from, 'main.tsx'), out: 'main' },
    { in: join(from, 'styles/main.css'), out: 'main' },
  ],
  outdir: to,
  bundle: true,
  minify: true,
  sourcemap: true,
  format: 'esm',
  target: 'es2022',
  tsconfig: join(from, 'tsconfig.json'),
  logLevel: 'warning',
})
for (const file of ['index.html', 'icon.svg']) await copyFile(join(from, file), join(to, file))
