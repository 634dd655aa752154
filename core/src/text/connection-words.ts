const noNetwork = 'is this machine on the internet?'

/** By the codes of Node and of OpenSSL. */
const wordsByCode: ReadonlyMap<string, string> = new Map([
  ['ENOTFOUND', `its name is not known; ${noNetwork}`],
  ['EAI_AGAIN', `its name could not be looked up; ${noNetwork}`],
  ['ENETUNREACH', `no way leads there; ${noNetwork}`],
  ['EHOSTUNREACH', `no way leads there; ${noNetwork}`],
  ['ENETDOWN', `no way leads there; ${noNetwork}`],
  ['ECONNREFUSED', 'it takes no connections'],
  ['ETIMEDOUT', 'it does not answer'],
  ['ECONNRESET', 'it broke the connection'],
  ['EPIPE', 'it broke the connection'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is not trusted'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate is not trusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate is not trusted'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'its certificate is not trusted'],
])

/**
 * Why a host could not be reached, for a person. Looks through what libraries wrap around the failure.
 * @returns undefined when it is no failure of a connection
 */
export function connectionWords(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; depth++) {
    const { code, cause, data } = at as { code?: unknown; cause?: unknown; data?: unknown }
    const words = typeof code === 'string' ? wordsByCode.get(code) : undefined
    if (words !== undefined) return words
    if (/timed? ?out/i.test(at.message)) return 'it does not answer'
    const [, status] = /unexpected server response: (\d{3})/i.exec(at.message) ?? []
    if (status !== undefined) return `something on the way answered with an error (${status})`
    at = data instanceof Error ? data : cause
  }
  return undefined
}
