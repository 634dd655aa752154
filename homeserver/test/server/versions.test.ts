import assert from 'node:assert/strict'
import { routes } from '../../src/api/routes.ts'
import { testHomeserver } from '../support.ts'

/** What each feature of /versions stands for: an endpoint, which must then be there. */
const proofs: Readonly<Record<string, readonly string[]>> = {
  'fi.mau.msc2659.stable': ['POST /_matrix/client/v1/appservice/:appserviceId/ping'],
  'fi.mau.msc2246.stable': ['POST /_matrix/media/v1/create', 'PUT /_matrix/media/v3/upload/:serverName/:mediaId'],
  'org.matrix.msc3916.stable': ['GET /_matrix/client/v1/media/download/:serverName/:mediaId'],
  'org.matrix.msc4222': ['GET /_matrix/client/v3/sync'],
  'uk.tcpip.msc4133': ['PUT /_matrix/client/unstable/uk.tcpip.msc4133/profile/:userId/:keyName'],
  'uk.tcpip.msc4133.stable': ['PUT /_matrix/client/v3/profile/:userId/:keyName'],
  'com.beeper.msc4169': ['PUT /_matrix/client/v3/rooms/:roomId/send/:eventType/:txnId'],
  'com.beeper.msc4437': ['PUT /_matrix/client/unstable/com.beeper.msc4437/profile/:userId'],
  'pons.send_batch': ['POST /_matrix/client/unstable/pons.send_batch/rooms/:roomId/send_batch'],
}

describe('what the server says it can', () => {
  it('is there', async () => {
    await using server = await testHomeserver()
    const { unstable_features: features } = (await server.anonymous.get('/_matrix/client/versions')) as {
      unstable_features: Record<string, boolean>
    }
    const served = new Set(routes.flatMap(({ method, paths }) => paths.map((path) => shape(`${method} ${path}`))))
    assert.deepEqual(Object.keys(features).toSorted(), Object.keys(proofs).toSorted())
    for (const [feature, endpoints] of Object.entries(proofs)) {
      assert.equal(features[feature], true)
      for (const endpoint of endpoints) assert.ok(served.has(shape(endpoint)), `${feature}: ${endpoint}`)
    }
  })
})

function shape(endpoint: string): string {
  return endpoint.replaceAll(/:[A-Za-z]+/g, ':')
}
