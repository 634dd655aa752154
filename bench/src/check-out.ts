import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownCheckout } from './target.ts'

export interface OtherCommit extends AsyncDisposable {
  readonly folder: string
}

/** Another commit of this repository with its own dependencies installed, in a folder that goes with it. */
export async function checkOut(commit: string): Promise<OtherCommit> {
  const root = mkdtempSync(join(tmpdir(), 'pons-bench-'))
  const folder = join(root, 'other')
  const dispose = (): void => {
    spawnSync('git', ['worktree', 'remove', '--force', folder], { cwd: ownCheckout, stdio: 'ignore' })
    rmSync(root, { recursive: true, force: true })
  }
  try {
    run('git', ['worktree', 'add', '--detach', folder, commit], ownCheckout)
    run('npm', ['ci', '--no-audit', '--no-fund'], folder)
  } catch (error) {
    dispose()
    throw error
  }
  return { folder, [Symbol.asyncDispose]: async () => dispose() }
}

function run(program: string, words: readonly string[], cwd: string): void {
  const { status, stderr } = spawnSync(program, words, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} failed:\n${stderr}`)
}
