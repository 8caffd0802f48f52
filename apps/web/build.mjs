// Builds the web console into dist, if a source is newer than the last build. `--force`: in any case.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// Vite keeps an existing NODE_ENV. With another value, the build would contain React's checks for developers.
process.env.NODE_ENV = 'production'
const { build } = await import('vite')

const root = fileURLToPath(new URL('.', import.meta.url))
const result = join(root, 'dist/index.html')

function newestSource() {
  const sources = ['src', 'public'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  return Math.max(
    ...['index.html', 'vite.config.ts', 'chunks.ts', 'package.json', 'build.mjs', ...sources].map(
      (name) => statSync(join(root, name)).mtimeMs,
    ),
  )
}

if (process.argv.includes('--force') || !existsSync(result) || statSync(result).mtimeMs < newestSource())
  await build({ root, logLevel: 'warn' })
