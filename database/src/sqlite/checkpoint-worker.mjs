// Copies the write-ahead log of a database into its file, on a thread of its own: each step ends with a sync of the file, for
// which the event loop of the server must not wait. Plain JavaScript, for which a thread needs no type stripping.
import { parentPort, workerData } from 'node:worker_threads'
import BetterSqlite from 'better-sqlite3'

const steps = {
  // Beside whoever reads and writes.
  copy: 'wal_checkpoint(passive)',
  // What is left, with no writer beside it; the next one then begins the log anew.
  restart: 'wal_checkpoint(restart)',
}

const database = new BetterSqlite(workerData, { fileMustExist: true })
// Whoever else keeps the log in use, another program at the most, is not waited for: the next checkpoint does it.
database.pragma('busy_timeout = 50')

parentPort?.on('message', (/** @type {'copy' | 'restart' | 'end'} */ step) => {
  if (step === 'end') {
    database.close()
    parentPort?.close()
    return
  }
  database.pragma(steps[step])
  parentPort?.postMessage(step)
})
