import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'

/** Ends a server that a test has started, at its disposal or with this process, and takes its folder away. */
export function endedWithUs(child: ChildProcess, folder: string): AsyncDisposable {
  const exited = once(child, 'exit')
  const endOnExit = (): void => void child.kill('SIGKILL')
  process.on('exit', endOnExit)
  return {
    async [Symbol.asyncDispose]() {
      process.off('exit', endOnExit)
      child.kill('SIGKILL')
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}
