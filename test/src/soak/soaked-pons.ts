import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'

export interface Sample {
  /** Bytes, after a collection of garbage. */
  readonly rss: number
  readonly heapUsed: number
  /** Bytes of pages in use. */
  readonly database: number
}

/** Pons in a process of its own, which can be asked what it holds. */
export class SoakedPons implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #databaseFile: string

  private constructor(child: ChildProcess, databaseFile: string) {
    this.#child = child
    this.#databaseFile = databaseFile
  }

  static async start(configFile: string, databaseFile: string): Promise<SoakedPons> {
    const program = new URL('./pons-under-soak.ts', import.meta.url).pathname
    const execArgv = ['--conditions=pons:source', '--expose-gc', '--max-semi-space-size=8']
    const child = fork(program, [configFile], { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const [first] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as unknown[]
    if (first !== 'ready') throw new Error('Pons ended at its start')
    return new SoakedPons(child, databaseFile)
  }

  async sample(): Promise<Sample> {
    const answer = once(this.#child, 'message')
    this.#child.send('sample')
    const [memory] = (await answer) as [Omit<Sample, 'database'>]
    return { ...memory, database: this.#pagesInUse() }
  }

  /** The largest tables and indexes, in bytes; empty where SQLite was built without that. */
  largest(count: number): { name: string; bytes: number }[] {
    using database = new DatabaseSync(this.#databaseFile, { readOnly: true })
    try {
      const sql = 'select name, sum(pgsize) as bytes from dbstat group by name order by bytes desc limit ?'
      return database.prepare(sql).all(count) as unknown as { name: string; bytes: number }[]
    } catch {
      return []
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.disconnect()
    await exited
  }

  #pagesInUse(): number {
    using database = new DatabaseSync(this.#databaseFile, { readOnly: true })
    const pragma = (name: string): number => Number(database.prepare(`pragma ${name}`).get()?.[name])
    return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size')
  }
}
