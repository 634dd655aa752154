export interface SocketServer {
  readonly url: string
  readonly media_host?: string
  readonly media_ca?: string
}
