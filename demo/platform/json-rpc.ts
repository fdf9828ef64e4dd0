/** JSON-RPC 2.0 as a server: reading a message, calling its method, writing the response. */
import { z } from 'zod';

/** https://www.jsonrpc.org/specification, section 5.1 */
export const ErrorCode = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
} as const;

/** Thrown by a method to be told to the client as it is. */
export class JsonRpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** A method gets what the client sent as `params` and must check it. */
export type JsonRpcMethods = ReadonlyMap<string, (params: unknown) => Promise<unknown>>;

const requestSchema = z.object({
  jsonrpc: z.literal('2.0'),
  method: z.string(),
  params: z.unknown().optional(),
  id: z.union([z.string(), z.number(), z.null()]).optional(),
});

/** Answers one message; undefined where there is nothing to answer, because it was a notification. Never rejects. */
export async function answerMessage(text: string, methods: JsonRpcMethods): Promise<string | undefined> {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return errorResponse(null, new JsonRpcError(ErrorCode.parseError, 'The message is no JSON.'));
  }
  const request = requestSchema.safeParse(message);
  if (!request.success) {
    return errorResponse(null, new JsonRpcError(ErrorCode.invalidRequest, 'The message is no JSON-RPC 2.0 request.'));
  }
  const { id, method, params } = request.data;
  try {
    const result = await callMethod(methods, method, params);
    return id === undefined ? undefined : JSON.stringify({ jsonrpc: '2.0', id, result: result ?? {} });
  } catch (error) {
    return id === undefined ? undefined : errorResponse(id, error);
  }
}

export function notification(method: string, params: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', method, params });
}

async function callMethod(methods: JsonRpcMethods, name: string, params: unknown): Promise<unknown> {
  const method = methods.get(name);
  if (!method) throw new JsonRpcError(ErrorCode.methodNotFound, 'There is no such method.');
  return await method(params);
}

function errorResponse(id: string | number | null, error: unknown): string {
  const { code, message } =
    error instanceof JsonRpcError ? error : new JsonRpcError(ErrorCode.internalError, 'The request failed.');
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } });
}
