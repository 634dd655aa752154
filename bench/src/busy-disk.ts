import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stop } from './target.ts'

/** A neighbour that writes a megabyte at a time, as a backup does, and waits for the disk each time. */
const writer = `const { fdatasyncSync, openSync, writeSync } = require('node:fs')
const file = openSync(process.argv[1], 'w')
const piece = Buffer.alloc(1 << 20, 'x')
console.log('up')
setInterval(() => { writeSync(file, piece, 0, piece.length, 0); fdatasyncSync(file) }, 5)`

export class BusyDisk implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #folder: string

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child
    this.#folder = folder
  }

  static async begin(): Promise<BusyDisk> {
    const folder = mkdtempSync(join(tmpdir(), 'pons-bench-'))
    const child = spawn(process.execPath, ['-e', writer, join(folder, 'busy')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    return new BusyDisk(child, folder)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await stop(this.#child)
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
