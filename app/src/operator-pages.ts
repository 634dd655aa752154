import type { Bridge, MetricsRegistry } from '@pons/core'
import type { Mount } from '@pons/http'
import type { Response } from 'express'

/** What an operator's monitoring reads: `/health` and `/_pons/metrics`. */
export function operatorMounts(parts: { metrics: MetricsRegistry; bridges: readonly Bridge[] }): Mount[] {
  const { metrics, bridges } = parts
  return [
    { path: '/health', handler: (_request, response) => void answer(response, () => health(bridges)) },
    {
      path: '/_pons/metrics',
      handler: (_request, response) => void answer(response, () => metricsText(metrics, bridges)),
    },
  ]
}

interface Page {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

async function answer(response: Response, page: () => Promise<Page>): Promise<void> {
  try {
    const { status, contentType, body } = await page()
    response.status(status).type(contentType).send(body)
  } catch {
    response.status(500).json({ errcode: 'M_UNKNOWN', error: 'the page could not be made' })
  }
}

/** Health from truth: what waits in the queues and how the connections are, not whether a socket is open. */
async function health(bridges: readonly Bridge[]): Promise<Page> {
  const networks = await Promise.all(
    bridges.map(async (bridge) => ({
      bot: bridge.botUserId,
      ...(await bridge.backlog()),
      connections: bridge.connections().map(({ name, state, message }) => ({ name, state, message })),
    })),
  )
  const isWell = networks.every(({ connections }) => connections.every(({ state }) => state !== 'UNKNOWN_ERROR'))
  return {
    status: 200,
    contentType: 'application/json',
    body: JSON.stringify({ status: isWell ? 'ok' : 'degraded', networks }),
  }
}

async function metricsText(metrics: MetricsRegistry, bridges: readonly Bridge[]): Promise<Page> {
  await Promise.all(bridges.map((bridge) => bridge.backlog()))
  return { status: 200, contentType: metrics.registry.contentType, body: await metrics.registry.metrics() }
}
