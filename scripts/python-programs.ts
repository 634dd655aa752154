// Programs from PyPI to test against, each in a Python environment of its own below the repository.
import { spawnSync } from 'node:child_process'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface PythonProgram {
  readonly packages: readonly string[]
  /** What shows that it runs here. */
  readonly module: string
  readonly purpose: string
}

export type PythonProgramName = 'telethon' | 'synapse'

export const pythonPrograms: Readonly<Record<PythonProgramName, PythonProgram>> = {
  telethon: {
    // It speaks layer 199, which differs from the 198 of the test server in nothing that is used.
    packages: ['telethon==1.39.0', 'pyaes==1.6.1', 'rsa==4.9.1', 'pyasn1==0.6.1'],
    module: 'telethon',
    purpose: 'a Telegram client to test against',
  },
  synapse: {
    packages: ['matrix-synapse==1.163.2'],
    module: 'synapse.app.homeserver',
    purpose: 'another homeserver to test against',
  },
}

/** However slow the way to PyPI is: what takes longer is not waited for. */
const longestMs = 300_000

/** The Python that has it; undefined when it is not installed. */
export function pythonOf(name: PythonProgramName): string | undefined {
  const path = join(folderOf(name), 'bin/python')
  return existsSync(path) ? path : undefined
}

/** undefined when it worked, else why not. */
export function installPython(name: PythonProgramName): string | undefined {
  const version = run('python3', ['-c', 'import sys; print(sys.version_info >= (3, 10))'])
  if (version.status !== 0) return 'there is no python3 here'
  if (version.stdout.trim() !== 'True') return 'it needs Python 3.10 or newer'
  const { packages, module } = pythonPrograms[name]
  // Beside the place it is looked for at, so that what is found there is whole.
  const half = `${folderOf(name)}.new`
  rmSync(half, { recursive: true, force: true })
  try {
    if (run('python3', ['-m', 'venv', half]).status !== 0) return 'python3 -m venv failed (on Debian: python3-venv)'
    const python = join(half, 'bin/python')
    const pip = run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages])
    if (pip.status !== 0) return `pip could not install ${packages.join(' ')}: ${lastLine(pip.stderr)}`
    const probe = run(python, ['-c', `import ${module}`])
    if (probe.status !== 0) return `${packages.join(' ')} does not run here: ${lastLine(probe.stderr)}`
    renameSync(half, folderOf(name))
    return undefined
  } finally {
    rmSync(half, { recursive: true, force: true })
  }
}

function folderOf(name: PythonProgramName): string {
  return fileURLToPath(new URL(`../.provision/${name}`, import.meta.url))
}

function run(command: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: longestMs })
  return { status, stdout: stdout ?? '', stderr: stderr ?? '' }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
