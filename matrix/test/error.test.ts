import assert from 'node:assert/strict'

import { MatrixError, defaultStatus, errcodes, forbidden, limitExceeded, unknownToken } from '../src/index.ts'

describe('MatrixError', () => {
  it('carries errcode, status and further fields into its JSON', () => {
    const error = unknownToken('token has expired', { soft_logout: true })
    assert.equal(error.status, 401)
    assert.deepEqual(error.toJSON(), { errcode: 'M_UNKNOWN_TOKEN', error: 'token has expired', soft_logout: true })
  })

  it('never lets a field replace errcode or error', () => {
    const error = forbidden('no', { errcode: 'M_UNKNOWN', error: 'yes' })
    assert.deepEqual(error.toJSON(), { errcode: 'M_FORBIDDEN', error: 'no' })
  })

  it('says how long to wait in whole milliseconds', () => {
    assert.deepEqual(limitExceeded(12.2).fields, { retry_after_ms: 13 })
    assert.equal(limitExceeded(1).status, 429)
  })

  it('takes another status and a cause where the endpoint wants it', () => {
    const cause = new Error('because')
    const error = new MatrixError('M_UNRECOGNIZED', 'wrong method', { status: 405, cause })
    assert.equal(error.status, 405)
    assert.equal(error.cause, cause)
  })

  it('knows the usual status of every code, and 400 for codes of proposals', () => {
    for (const [errcode, { status }] of Object.entries(errcodes)) {
      assert.match(errcode, /^M_[A-Z_]+$/)
      assert(status >= 400 && status < 600)
      assert.equal(defaultStatus(errcode), status)
    }
    assert.equal(defaultStatus('ORG.MATRIX.MSC0000_X'), 400)
    assert.equal(defaultStatus('constructor'), 400)
  })
})
