import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DispatchResponse } from '@pons/http'
import { engines, testHomeserver, type Client, type TestHomeserver } from '../support.ts'

for (const engine of engines) {
  describe(`media, ${engine}`, () => {
    let folder: string
    let server: TestHomeserver
    let alice: Client

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'pons-media-'))
      server = await testHomeserver({ media: { folder, max_upload_bytes: 2048 } }, {}, engine)
      alice = await server.register('alice')
    })
    afterEach(async () => {
      await server[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    })

    const call = (method: string, url: string, body?: Uint8Array, type = 'text/plain'): Promise<DispatchResponse> =>
      server.homeserver.dispatch({
        method,
        url,
        headers: { authorization: `Bearer ${alice.token}`, 'content-type': type },
        ...(body && { body }),
      })
    const upload = async (text: string, type?: string, query = ''): Promise<string> => {
      const answer = await call('POST', `/_matrix/media/v3/upload${query}`, Buffer.from(text), type)
      assert.equal(answer.status, 200, JSON.stringify(answer.body))
      return (answer.body as { content_uri: string }).content_uri.replace('mxc://', '')
    }
    const text = (answer: DispatchResponse): string => Buffer.from(answer.body as Uint8Array).toString()

    it('gives back what was uploaded, by every path', async () => {
      const uri = await upload('hello', 'text/plain', '?filename=a%20b.txt')
      for (const path of [
        '/_matrix/client/v1/media/download',
        '/_matrix/media/v3/download',
        '/_matrix/client/v1/media/thumbnail',
      ]) {
        const answer = await call('GET', `${path}/${uri}`)
        assert.equal(answer.status, 200)
        assert.equal(text(answer), 'hello')
        assert.equal(answer.headers['content-type'], 'text/plain')
        assert.equal(answer.headers['content-length'], '5')
        assert.match(answer.headers['content-disposition']!, /a%20b\.txt/)
      }
      const named = await call('GET', `/_matrix/client/v1/media/download/${uri}/other.txt`)
      assert.match(named.headers['content-disposition']!, /other\.txt/)
    })

    it('asks for a token on the new paths only', async () => {
      const uri = await upload('hello')
      const { anonymous } = server
      assert.equal(await anonymous.refusal('GET', `/_matrix/client/v1/media/download/${uri}`), '401 M_MISSING_TOKEN')
      assert.equal((await anonymous.request('GET', `/_matrix/media/v3/download/${uri}`)).status, 200)
      assert.equal(await anonymous.refusal('POST', '/_matrix/media/v3/upload'), '401 M_MISSING_TOKEN')
    })

    it('never lets an upload run in the origin of the server', async () => {
      const uri = await upload('<script>alert(1)</script>', 'text/html', '?filename=x.html')
      const { headers } = await call('GET', `/_matrix/client/v1/media/download/${uri}`)
      assert.match(headers['content-disposition']!, /^attachment/)
      assert.match(headers['content-security-policy']!, /^sandbox/)
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['cross-origin-resource-policy'], 'cross-origin')
    })

    it('keeps line ends out of its headers', async () => {
      const uri = await upload('x', 'text/plain', `?filename=${encodeURIComponent('a\r\nset-cookie: b=c"')}`)
      const { headers } = await call('GET', `/_matrix/client/v1/media/download/${uri}`)
      assert.doesNotMatch(headers['content-disposition']!, /[\r\n"]/)
    })

    it('refuses what is too large, and leaves nothing of it', async () => {
      const answer = await call('POST', '/_matrix/media/v3/upload', Buffer.alloc(2049))
      assert.deepEqual([answer.status, (answer.body as { errcode: string }).errcode], [413, 'M_TOO_LARGE'])
      const entries = await readdir(folder, { recursive: true, withFileTypes: true })
      assert.deepEqual(
        entries.filter((entry) => entry.isFile()),
        [],
      )
      assert.equal((await call('POST', '/_matrix/media/v3/upload', Buffer.alloc(2048))).status, 200)
      assert.deepEqual(await alice.get('/_matrix/client/v1/media/config'), { 'm.upload.size': 2048 })
    })

    for (const mediaId of ['..%2F..%2Fetc%2Fpasswd', '%2E%2E', 'a%00b', 'a%5Cb']) {
      it(`does not leave its folder for ${mediaId}`, async () => {
        const answer = await call('GET', `/_matrix/client/v1/media/download/example.org/${mediaId}`)
        assert.ok(answer.status === 400 || answer.status === 404, String(answer.status))
      })
    }

    it('knows no media of others', async () => {
      assert.equal(
        await alice.refusal('GET', '/_matrix/client/v1/media/download/example.org/nothing'),
        '404 M_NOT_FOUND',
      )
      assert.equal(await alice.refusal('GET', '/_matrix/client/v1/media/download/elsewhere.org/abc'), '404 M_NOT_FOUND')
    })

    describe('uploaded after it was announced', () => {
      const create = async (): Promise<string> => {
        const { content_uri: uri } = await alice.post('/_matrix/media/v1/create')
        return (uri as string).replace('mxc://', '')
      }

      it('is waited for', async () => {
        const uri = await create()
        const waiting = call('GET', `/_matrix/client/v1/media/download/${uri}?timeout_ms=10000`)
        assert.equal((await call('PUT', `/_matrix/media/v3/upload/${uri}`, Buffer.from('late'))).status, 200)
        assert.equal(text(await waiting), 'late')
      })

      it('is not waited for when the client does not want to', async () => {
        const uri = await create()
        const answer = await alice.refusal('GET', `/_matrix/client/v1/media/download/${uri}?timeout_ms=0`)
        assert.equal(answer, '504 M_NOT_YET_UPLOADED')
      })

      it('is uploaded once, by its owner', async () => {
        const uri = await create()
        const bob = await server.register('bob')
        const path = `/_matrix/media/v3/upload/${uri}`
        assert.equal(await bob.refusal('PUT', path, Buffer.from('x')), '403 M_FORBIDDEN')
        await alice.put(path, Buffer.from('x'))
        assert.equal(await alice.refusal('PUT', path, Buffer.from('y')), '409 M_CANNOT_OVERWRITE_MEDIA')
        const unknown = '/_matrix/media/v3/upload/example.org/unknown'
        assert.equal(await alice.refusal('PUT', unknown, Buffer.from('y')), '404 M_NOT_FOUND')
      })
    })
  })
}
