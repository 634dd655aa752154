// Emits dist/ of every package for publishing and for a start without the sources: tsc, then what stands beside the sources and
// is read as it is: SQL, and programs of threads.
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, readFileSync } from 'node:fs'

const { workspaces } = JSON.parse(readFileSync('package.json', 'utf8')) as { workspaces: string[] }
const { status } = spawnSync('npx', ['tsc', '--build', 'tsconfig.build.json'], { stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)
for (const workspace of workspaces) {
  for (const file of globSync(`${workspace}/src/**/*.{sql,mjs}`)) {
    cpSync(file, file.replace(`${workspace}/src/`, `${workspace}/dist/`))
  }
}
