import { badJson, invalidParam, utf8Length } from '@pons/matrix'

/** Of one part of a path; ids have at most 255 bytes, and what is looked up by these parts is indexed. */
const maxParamBytes = 1024

/**
 * No id or name holds NUL, half of a surrogate pair, or more than a page of text.
 *
 * @throws MatrixError M_INVALID_PARAM
 */
export function checkParams(params: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(params)) {
    checkName(name, text)
    if (text.length > maxParamBytes || utf8Length(text) > maxParamBytes)
      throw invalidParam(`${name} is longer than ${maxParamBytes} bytes`)
  }
}

/** @throws MatrixError M_INVALID_PARAM */
export function checkQuery(query: URLSearchParams): void {
  for (const [name, text] of query) checkName(name, text)
}

/**
 * JSON can spell half of a surrogate pair, which has no UTF-8 form: it could neither be stored nor signed. NUL is left to
 * whoever knows what the text is for, since the content of an event may hold it.
 *
 * @throws MatrixError M_BAD_JSON
 */
export function checkWellFormed(text: string, value: unknown): void {
  // In text that is UTF-8 only an escape can name a surrogate.
  if (/\\u[dD][89a-fA-F]/.test(text)) walk(value)
}

function walk(value: unknown): void {
  if (typeof value === 'string') return refuseHalves(value)
  if (typeof value !== 'object' || value === null) return
  for (const [key, member] of Object.entries(value)) {
    refuseHalves(key)
    walk(member)
  }
}

function refuseHalves(text: string): void {
  if (!text.isWellFormed()) throw badJson('text holds half of a surrogate pair')
}

function checkName(name: string, text: string): void {
  if (text.includes('\0')) throw invalidParam(`${name} holds a NUL character`)
  if (!text.isWellFormed()) throw invalidParam(`${name} holds half of a surrogate pair`)
}
