/** A way to a server over which connections break, at any byte, and which can be closed for a while. */
import { connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  port: number;
  /** Breaks all that are open now. */
  cut(): void;
  /** While closed nobody gets through. */
  close(): void;
  reopen(): void;
  /** Connections that are open now. */
  open(): number;
  stop(): Promise<void>;
}

export async function createCuttingProxy(target: { host: string; port: number }): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let isClosed = false;
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    track(client);
    if (isClosed) {
      client.destroy();
      return;
    }
    const upstream = connect(target);
    track(upstream);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    cut,
    close() {
      isClosed = true;
      cut();
    },
    reopen() {
      isClosed = false;
    },
    open: () => sockets.size / 2,
    async stop() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
