// node serve-pages.mjs DIRECTORY UID PORT: serves the pages of one Website.
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const [directory, uid, port] = process.argv.slice(2);
const file = join(directory, 'pages.json');
const inUse = 98;

let read = { version: '', pages: {} };
function pages() {
  const { mtimeMs, ino } = statSync(file);
  const version = `${mtimeMs} ${ino}`;
  if (version !== read.version) read = { version, pages: JSON.parse(readFileSync(file, 'utf8')) };
  return read.pages;
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/.well-known/website') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ uid, pid: process.pid }));
    return;
  }
  const all = pages();
  const path = decodeURI(pathname);
  response.statusCode = Object.hasOwn(all, path) ? 200 : 404;
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(Object.hasOwn(all, path) ? all[path] : '<h1>Not found</h1>\n');
});
server.on('error', (error) => {
  console.error(error.message);
  process.exit(error.code === 'EADDRINUSE' ? inUse : 1);
});
server.listen(Number(port), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
