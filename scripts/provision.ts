// Finds or installs the programs that tests and the demo use: node scripts/provision.ts [inspircd|ngircd|znc|postgres|redis|chromium|telethon|synapse]…
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { installPython, pythonOf, pythonPrograms, type PythonProgramName } from './python-programs.ts'

type Packaged = 'inspircd' | 'ngircd' | 'znc' | 'postgres' | 'redis' | 'chromium'
export type Provided = Packaged | PythonProgramName

export interface ProvisionResult {
  readonly what: Provided
  /** Where the program is; undefined when it could not be had. */
  readonly path: string | undefined
  /** For people: what was done, or what to do. */
  readonly message: string
}

interface Program {
  readonly names: readonly string[]
  /** Folders beside those of PATH. */
  readonly folders: () => readonly string[]
  /** Package of Debian and its descendants. */
  readonly aptPackage: string
  readonly purpose: string
}

const programs: Readonly<Record<Packaged, Program>> = {
  inspircd: {
    names: ['inspircd'],
    folders: () => ['/usr/sbin'],
    aptPackage: 'inspircd',
    purpose: 'the IRC server of tests and demo',
  },
  ngircd: {
    names: ['ngircd'],
    folders: () => ['/usr/sbin'],
    aptPackage: 'ngircd',
    purpose: 'another IRC server to test against',
  },
  znc: {
    names: ['znc'],
    folders: () => [],
    aptPackage: 'znc',
    purpose: 'an IRC bouncer to test behind',
  },
  postgres: { names: ['postgres'], folders: postgresFolders, aptPackage: 'postgresql', purpose: 'tests on PostgreSQL' },
  redis: {
    names: ['redis-server', 'valkey-server'],
    folders: () => ['/usr/sbin'],
    aptPackage: 'redis-server',
    purpose: 'tests of the distributed queue',
  },
  chromium: {
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    folders: () => [],
    aptPackage: 'chromium',
    purpose: 'tests in a browser',
  },
}

/** Makes sure the programs are there, installing what is missing where that is possible. Never fails: the results tell. */
export function provision(what: readonly Provided[]): ProvisionResult[] {
  const missing = what.filter(isPackaged).filter((one) => find(one) === undefined)
  const failure = missing.length > 0 ? install(missing.map((one) => programs[one].aptPackage)) : undefined
  return what.map((one) => {
    if (!isPackaged(one)) return provisionPython(one)
    const path = find(one)
    const { aptPackage, purpose } = programs[one]
    if (path !== undefined)
      return { what: one, path, message: missing.includes(one) ? `installed: ${path}` : `found: ${path}` }
    return {
      what: one,
      path,
      message: `missing (${purpose}): ${failure ?? 'the package did not bring it'}. Install it with: sudo apt-get install ${aptPackage}`,
    }
  })
}

function isPackaged(one: Provided): one is Packaged {
  return Object.hasOwn(programs, one)
}

function provisionPython(what: PythonProgramName): ProvisionResult {
  const found = pythonOf(what)
  if (found !== undefined) return { what, path: found, message: `found: ${found}` }
  const failure = installPython(what)
  const path = pythonOf(what)
  if (path !== undefined) return { what, path, message: `installed: ${path}` }
  const { purpose } = pythonPrograms[what]
  return { what, path, message: `missing (${purpose}): ${failure ?? 'the package did not bring it'}` }
}

function find(what: Packaged): string | undefined {
  const { names, folders } = programs[what]
  const places = [...(process.env['PATH'] ?? '').split(':'), ...folders()].filter((folder) => folder !== '')
  return places.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path))
}

/** Distributions keep each version of PostgreSQL in a folder of its own; the newest comes first. */
function postgresFolders(): string[] {
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return []
  return readdirSync(root)
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, 'bin'))
}

/** undefined when it worked, else why not. */
function install(packages: readonly string[]): string | undefined {
  if (process.platform !== 'linux') return `this is ${process.platform}, and only Linux packages are known here`
  if (!existsSync('/usr/bin/apt-get')) return 'there is no apt-get here'
  if (process.getuid?.() !== 0) return 'only root can install packages'
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const command = ['install', '--yes', '--no-install-recommends', ...packages]
  const first = spawnSync('apt-get', command, { env, encoding: 'utf8' })
  if (first.status === 0) return undefined
  // The package lists may be old, or not there at all.
  spawnSync('apt-get', ['update'], { env, encoding: 'utf8' })
  const second = spawnSync('apt-get', command, { env, encoding: 'utf8' })
  return second.status === 0 ? undefined : `apt-get failed: ${second.stderr.trim().split('\n').at(-1) ?? ''}`
}

if (import.meta.main) {
  const asked = process.argv.slice(2)
  const known = [...Object.keys(programs), ...Object.keys(pythonPrograms)] as Provided[]
  const results = provision(asked.length > 0 ? known.filter((one) => asked.includes(one)) : known)
  for (const { what, message } of results) console.log(`${what.padEnd(9)} ${message}`)
  process.exitCode = results.every(({ path }) => path !== undefined) ? 0 : 1
}
