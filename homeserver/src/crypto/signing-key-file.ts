import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { decodeBase64, encodeBase64 } from '@pons/matrix'

export interface SigningKey {
  /** `ed25519:` and the key's own name. */
  readonly keyId: string
  /** The 32 secret bytes of an Ed25519 key. */
  readonly seed: Uint8Array
}

/** The message names the file and what is wrong with it, never what it holds. */
export class SigningKeyFileError extends Error {
  override readonly name = 'SigningKeyFileError'
}

const FORMAT = '`ed25519 <name> <32 bytes in unpadded base64>` on one line'

/** One line, in the form that Synapse writes: `ed25519 a_AbCd <seed in unpadded base64>`. */
export function parseSigningKey(text: string, file: string): SigningKey {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  const fail = (problem: string): SigningKeyFileError =>
    new SigningKeyFileError(`the signing key file ${file} ${problem}; it must hold ${FORMAT}`)
  if (lines.length !== 1) throw fail(lines.length === 0 ? 'is empty' : 'has several lines')
  const [algorithm, name, encoded, ...more] = lines[0]!.trim().split(/[ \t]+/)
  if (encoded === undefined || more.length > 0) throw fail('does not have three words')
  if (algorithm !== 'ed25519') throw fail('names another algorithm than ed25519')
  if (!/^[A-Za-z0-9_]{1,64}$/.test(name!)) throw fail('names the key by other signs than letters, digits and _')
  const seed = decodeBase64(encoded)
  if (seed?.length !== 32) throw fail('holds a key that is not 32 bytes in base64')
  return { keyId: `ed25519:${name}`, seed }
}

export function formatSigningKey({ keyId, seed }: SigningKey): string {
  return `${keyId.replace(':', ' ')} ${encodeBase64(seed)}\n`
}

/**
 * Reads the key, or writes the one that `make` gives when there is no file yet, for its owner alone to read.
 * @throws SigningKeyFileError
 */
export function readOrMakeSigningKey(file: string, make: () => SigningKey): SigningKey {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unusable(file, 'cannot be read', error)
    text = write(file, formatSigningKey(make()))
  }
  return parseSigningKey(text, file)
}

/**
 * Whole or not at all, and on the disk before it is used: events signed with a key that is lost can be checked by nobody.
 * Returns what the file holds in the end, which is another's key where another process was faster.
 */
function write(file: string, text: string): string {
  const temporary = `${file}.${randomBytes(4).toString('hex')}`
  try {
    const handle = openSync(temporary, 'wx', 0o600)
    writeSync(handle, text)
    sync(handle)
    const isOurs = putInPlace(temporary, file)
    sync(openSync(dirname(file), 'r'))
    return isOurs ? text : readFileSync(file, 'utf8')
  } catch (error) {
    throw unusable(file, 'cannot be written', error)
  } finally {
    rmSync(temporary, { force: true })
  }
}

function sync(handle: number): void {
  fsyncSync(handle)
  closeSync(handle)
}

/** False when there is a file by now: a link, unlike a rename, takes nobody's place. Where there are no links, a rename must do. */
function putInPlace(temporary: string, file: string): boolean {
  try {
    linkSync(temporary, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    renameSync(temporary, file)
    return true
  }
}

function unusable(file: string, problem: string, cause: unknown): SigningKeyFileError {
  const { code } = cause as NodeJS.ErrnoException
  return new SigningKeyFileError(`the signing key file ${file} ${problem} (${code})`, { cause })
}
