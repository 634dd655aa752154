import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { addressKind, plainServer } from '@pons/http'
import { healthPage, metricsPage, type OperatorPages, type Page } from './operator-pages.ts'

export interface MonitoringListener extends AsyncDisposable {
  readonly url: string
}

/** `/health` and `/_pons/metrics` in full and without a token, for programs on this machine. */
export async function startMonitoring(
  at: { readonly host: string; readonly port: number },
  pages: OperatorPages,
): Promise<MonitoringListener> {
  const paths = new Map([
    ['/health', healthPage],
    ['/_pons/metrics', metricsPage],
    ['/metrics', metricsPage],
  ])
  const server = plainServer((request, response) => {
    request.resume()
    const page = paths.get(request.url?.split('?', 1)[0] ?? '')
    // A page in a browser here may name this listener by a name of its own (DNS rebinding), but not by its address.
    const isNear = isLoopbackHost(request.headers.host ?? '')
    if (!isNear || page === undefined) return write(response, { status: 404, contentType: 'text/plain', body: '' })
    page(pages).then(
      (made) => write(response, made),
      () => write(response, { status: 500, contentType: 'text/plain', body: '' }),
    )
  })
  server.listen(at.port, at.host)
  await once(server, 'listening')
  const { address, port, family } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Only an address of this machine, or its name, will do. */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '').replaceAll(/^\[|\]$/g, '')
  return name === 'localhost' || addressKind(name) === 'loopback'
}

function write(response: ServerResponse, { status, contentType, body }: Page): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
