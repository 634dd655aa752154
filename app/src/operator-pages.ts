import type { Bridge, MetricsRegistry } from '@pons/core'
import type { Mount } from '@pons/http'
import type { Response } from 'express'

export interface OperatorPages {
  readonly metrics: MetricsRegistry
  readonly bridges: readonly Bridge[]
}

export interface Page {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** What stands beside the client API: whether all is well, for everybody; how and why, for who shows an administrator's token. */
export function operatorMounts(
  pages: OperatorPages & { readonly isOperator: (authorization: string | undefined) => Promise<boolean> },
): Mount[] {
  const { isOperator } = pages
  const mount = (path: string, forOperators: () => Promise<Page>, forAll: () => Page): Mount => ({
    path,
    handler: (request, response) =>
      void answer(response, async () =>
        (await isOperator(request.headers.authorization)) ? await forOperators() : forAll(),
      ),
  })
  return [
    mount(
      '/health',
      () => healthPage(pages),
      () => json(200, { status: statusOf(pages) }),
    ),
    mount(
      '/_pons/metrics',
      () => metricsPage(pages),
      () => json(401, { errcode: 'M_MISSING_TOKEN', error: 'Only administrators may read this' }),
    ),
  ]
}

/** Health from truth: what waits in the queues and how the connections are, not whether a socket is open. */
export async function healthPage(pages: OperatorPages): Promise<Page> {
  const networks = await Promise.all(
    pages.bridges.map(async (bridge) => ({
      bot: bridge.botUserId,
      ...(await bridge.backlog()),
      waiting: bridge.stalls(),
      connections: bridge
        .connections()
        .map(({ name, state, message, detail }) => ({ name, state, message, ...(detail !== undefined && { detail }) })),
    })),
  )
  return json(200, { status: statusOf(pages), networks })
}

export async function metricsPage({ metrics }: Pick<OperatorPages, 'metrics'>): Promise<Page> {
  return { status: 200, contentType: metrics.registry.contentType, body: await metrics.registry.metrics() }
}

function statusOf({ bridges }: OperatorPages): 'ok' | 'degraded' {
  const isWell = (bridge: Bridge): boolean =>
    bridge.connections().every(({ state }) => state !== 'UNKNOWN_ERROR') && bridge.stalls().length === 0
  return bridges.every(isWell) ? 'ok' : 'degraded'
}

function json(status: number, value: unknown): Page {
  return { status, contentType: 'application/json', body: JSON.stringify(value) }
}

async function answer(response: Response, page: () => Promise<Page>): Promise<void> {
  try {
    const { status, contentType, body } = await page()
    response.status(status).type(contentType).send(body)
  } catch {
    response.status(500).json({ errcode: 'M_UNKNOWN', error: 'the page could not be made' })
  }
}
