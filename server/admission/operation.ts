/** What is about to happen to an object, as webhooks and policies name it (C3.2). */
export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
