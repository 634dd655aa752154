import assert from 'node:assert/strict'
import { endpointCounts, measureEndpoints, readEndpointList, type EndpointFact } from './endpoint-list.ts'

describe('the list of endpoints', () => {
  let recorded: EndpointFact[]
  let measured: EndpointFact[]

  before(async () => {
    recorded = readEndpointList()
    measured = await measureEndpoints(recorded)
  })
  after(() => {
    process.stderr.write(`    ${endpointCounts(measured).join(', ')}\n`)
  })

  it('says what is served; run test/conformance/mark-served.ts when it does not', () => {
    const names = ({ served }: { served: boolean }, list: readonly EndpointFact[]): string[] =>
      list.filter((fact) => fact.served === served).map(({ method, path }) => `${method} ${path}`)
    assert.deepEqual(names({ served: true }, measured), names({ served: true }, recorded))
    assert.deepEqual(names({ served: false }, measured), names({ served: false }, recorded))
  })

  it('names each endpoint once', () => {
    const keys = recorded.map(({ api, method, path }) => `${api} ${method} ${path}`)
    assert.equal(new Set(keys).size, keys.length)
    assert.ok(keys.length >= 170)
  })
})
