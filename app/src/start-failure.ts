/** What keeps Pons from starting, in one line for whoever runs it; undefined for a failure that is no fault of theirs. */
export function startFailure(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, syscall, path, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number }
  if (syscall === 'listen') return listenFailure(code, `${address ?? ''}${port === undefined ? '' : `:${port}`}`)
  if (error instanceof AggregateError || isUnreachable(code)) return unreachable(error)
  if (code?.startsWith('SQLITE_') === true) return `the database cannot be used: ${firstLine(error.message)} (${code})`
  if (error.message.startsWith('Cannot open database ')) return `the database cannot be used: ${error.message}`
  if (code?.startsWith('ERR_OSSL_') === true || code?.startsWith('ERR_SSL_') === true)
    return `a certificate or its key cannot be used: ${firstLine(error.message)}`
  // What PostgreSQL answers carries a code of five signs.
  if ('severity' in error) return `the database refuses: ${firstLine(error.message)}`
  if (code !== undefined && syscall !== undefined && path !== undefined)
    return `${path} cannot be used: ${wordsOf(code) ?? firstLine(error.message)}`
  return namedErrors.has(error.name) ? firstLine(error.message) : undefined
}

/** Errors of ours whose messages are written for the operator. */
const namedErrors = new Set(['SigningKeyFileError', 'MigrationError', 'BridgeError'])

const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'something else is there',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many files are open',
}

function wordsOf(code: string): string | undefined {
  const known = words[code]
  return known === undefined ? undefined : `${known} (${code})`
}

function listenFailure(code: string | undefined, where: string): string {
  if (code === 'EADDRINUSE')
    return `cannot listen on ${where}: another program does already. Change the port in the configuration, or stop that program.`
  if (code === 'EACCES')
    return `cannot listen on ${where}: permission denied. Ports below 1024 are for the administrator of the machine.`
  if (code === 'EADDRNOTAVAIL') return `cannot listen on ${where}: this machine has no such address.`
  return `cannot listen on ${where} (${code ?? 'unknown reason'})`
}

function isUnreachable(code: string | undefined): boolean {
  return (
    code !== undefined &&
    /^(?:ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/.test(code)
  )
}

function unreachable(error: Error): string {
  const first = error instanceof AggregateError ? (error.errors[0] as Error | undefined) : error
  return `a server that the configuration names cannot be reached: ${firstLine(first?.message ?? error.message)}`
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
