// Bundles the dashboard into dist/dashboard, where the API serves it from. Run by `npm run build`.
import { copyFile, mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const from = fileURLToPath(new URL('../src/dashboard/', import.meta.url))
const to = fileURLToPath(new URL('../dist/dashboard/', import.meta.url))

await mkdir(to, { recursive: true })
await build({
  entryPoints: [
    { in: `${from}main.tsx`, out: 'main' },
    { in: `${from}styles/main.css`, out: 'main' },
  ],
  outdir: to,
  bundle: true,
  minify: true,
  sourcemap: true,
  format: 'esm',
  target: 'es2022',
  tsconfig: `${from}tsconfig.json`,
  logLevel: 'warning',
})
for (const file of ['index.html', 'icon.svg']) await copyFile(`${from}${file}`, `${to}${file}`)
