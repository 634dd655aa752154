import { openDatabase, migrate, readMigrations } from '@pons/database'
import { rmSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ValueStore } from '../../../core/src/storage/value-store.ts'

export interface StoredValues extends AsyncDisposable {
  readonly store: ValueStore
  /** Opens the same file anew, as another process would. */
  reopen(): Promise<ValueStore>
}

/** The adapter's values as the framework keeps them: in a SQLite file. */
export async function storedValues(): Promise<StoredValues> {
  const folder = mkdtempSync(join(tmpdir(), 'pons-whatsapp-'))
  const open = async () => await openDatabase(`sqlite:${join(folder, 'values.db')}`)
  let db = await open()
  await migrate(db, {
    program: 'bridge',
    migrations: readMigrations(new URL('../../../core/src/migrations/', import.meta.url)),
  })
  return {
    store: new ValueStore(db, 'whatsapp'),
    async reopen() {
      await db[Symbol.asyncDispose]()
      db = await open()
      return new ValueStore(db, 'whatsapp')
    },
    async [Symbol.asyncDispose]() {
      await db[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
