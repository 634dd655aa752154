// Emits dist/ of every package for publishing and for a start without the sources: tsc, then the SQL beside it.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync } from 'node:fs'

const { workspaces } = JSON.parse(readFileSync('package.json', 'utf8')) as { workspaces: string[] }
const { status } = spawnSync('npx', ['tsc', '--build', 'tsconfig.build.json'], { stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)
for (const workspace of workspaces) {
  const migrations = `${workspace}/src/migrations`
  if (existsSync(migrations)) cpSync(migrations, `${workspace}/dist/migrations`, { recursive: true })
}
