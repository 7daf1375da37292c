"""The Python client of Kubernetes against Kurma; needs its kubeconfig in KUBECONFIG, ../run.ts brings it."""

import threading
import unittest

from kubernetes import client, config, dynamic, watch
from kubernetes.client.exceptions import ApiException
from kubernetes.utils import create_from_dict

NAMESPACE = "default"


def config_map(name, data=None):
    return client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name, labels={"app": "python"}), data=data)


class ClientTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        config.load_kube_config()
        cls.core = client.CoreV1Api()

    def tearDown(self):
        self.core.delete_collection_namespaced_config_map(NAMESPACE, label_selector="app=python")

    def test_typed_objects_are_created_read_changed_and_deleted(self):
        made = self.core.create_namespaced_config_map(NAMESPACE, config_map("typed", {"a": "1"}))
        self.assertIsNotNone(made.metadata.creation_timestamp.tzinfo)
        with self.assertRaises(ApiException) as conflict:
            self.core.create_namespaced_config_map(NAMESPACE, config_map("typed"))
        self.assertEqual(conflict.exception.status, 409)
        made.data["a"] = "2"
        self.assertEqual(self.core.replace_namespaced_config_map("typed", NAMESPACE, made).data, {"a": "2"})
        self.assertEqual(self.core.patch_namespaced_config_map("typed", NAMESPACE, {"data": {"b": "3"}}).data, {"a": "2", "b": "3"})
        self.core.patch_namespaced_config_map("typed", NAMESPACE, [{"op": "remove", "path": "/data/a"}])
        self.assertEqual(self.core.read_namespaced_config_map("typed", NAMESPACE).data, {"b": "3"})
        self.assertEqual(self.core.delete_namespaced_config_map("typed", NAMESPACE).status, "Success")
        with self.assertRaises(ApiException) as missing:
            self.core.read_namespaced_config_map("typed", NAMESPACE)
        self.assertEqual(missing.exception.status, 404)

    def test_server_side_apply(self):
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "applied", "labels": {"app": "python"}}, "data": {"a": "1"}}

        def apply(manager, **more):
            return self.core.patch_namespaced_config_map(
                "applied", NAMESPACE, body, field_manager=manager, _content_type="application/apply-patch+yaml", **more
            )

        apply("one")
        body["data"]["a"] = "2"
        with self.assertRaises(ApiException) as conflict:
            apply("two")
        self.assertIn('conflict with \\"one\\"', conflict.exception.body)
        self.assertEqual(apply("two", force=True).data, {"a": "2"})

    def test_lists_come_in_pages(self):
        for i in range(7):
            self.core.create_namespaced_config_map(NAMESPACE, config_map(f"page-{i}"))
        names, token = [], None
        while True:
            page = self.core.list_namespaced_config_map(NAMESPACE, label_selector="app=python", limit=3, _continue=token)
            names += [item.metadata.name for item in page.items]
            token = page.metadata._continue
            if not token:
                break
        self.assertEqual(names, [f"page-{i}" for i in range(7)])

    def test_a_watch_delivers_what_happens(self):
        start = self.core.list_namespaced_config_map(NAMESPACE).metadata.resource_version

        def change():
            self.core.create_namespaced_config_map(NAMESPACE, config_map("watched"))
            self.core.patch_namespaced_config_map("watched", NAMESPACE, {"data": {"a": "1"}})
            self.core.delete_namespaced_config_map("watched", NAMESPACE)

        thread = threading.Thread(target=change)
        thread.start()
        stream, seen = watch.Watch(), []
        for event in stream.stream(
            self.core.list_namespaced_config_map, NAMESPACE, label_selector="app=python", resource_version=start, timeout_seconds=20
        ):
            seen.append((event["type"], event["object"].data))
            if event["type"] == "DELETED":
                stream.stop()
        thread.join()
        self.assertEqual(seen, [("ADDED", None), ("MODIFIED", {"a": "1"}), ("DELETED", {"a": "1"})])

    def test_the_dynamic_client_finds_custom_resources(self):
        definition = {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": "parrots.python.kurma.test"},
            "spec": {
                "group": "python.kurma.test",
                "scope": "Namespaced",
                "names": {"plural": "parrots", "singular": "parrot", "kind": "Parrot"},
                "versions": [
                    {
                        "name": "v1",
                        "served": True,
                        "storage": True,
                        "subresources": {"status": {}},
                        "schema": {
                            "openAPIV3Schema": {
                                "type": "object",
                                "properties": {
                                    "spec": {"type": "object", "properties": {"says": {"type": "string", "maxLength": 10}}},
                                    "status": {"type": "object", "properties": {"alive": {"type": "boolean"}}},
                                },
                            }
                        },
                    }
                ],
            },
        }
        create_from_dict(client.ApiClient(), definition)
        definitions = client.ApiextensionsV1Api()
        stream = watch.Watch()
        for event in stream.stream(
            definitions.list_custom_resource_definition, field_selector="metadata.name=parrots.python.kurma.test", timeout_seconds=20
        ):
            if any(c.type == "Established" and c.status == "True" for c in event["object"].status.conditions or []):
                stream.stop()
        parrots = dynamic.DynamicClient(client.ApiClient()).resources.get(api_version="python.kurma.test/v1", kind="Parrot")
        body = {"apiVersion": "python.kurma.test/v1", "kind": "Parrot", "metadata": {"name": "polly"}, "spec": {"says": "hello"}}
        parrots.create(body=body, namespace=NAMESPACE)
        parrots.status.patch(
            name="polly", namespace=NAMESPACE, body={"status": {"alive": True}}, content_type="application/merge-patch+json"
        )
        self.assertTrue(parrots.get(name="polly", namespace=NAMESPACE).status.alive)
        with self.assertRaises(dynamic.exceptions.UnprocessibleEntityError) as invalid:
            parrots.patch(
                name="polly", namespace=NAMESPACE, body={"spec": {"says": "never more than"}}, content_type="application/merge-patch+json"
            )
        self.assertIn("Too long: may not be more than 10 bytes", invalid.exception.body)
        listed = client.CustomObjectsApi().list_cluster_custom_object("python.kurma.test", "v1", "parrots")
        self.assertEqual([item["metadata"]["name"] for item in listed["items"]], ["polly"])
        for event in parrots.watch(namespace=NAMESPACE, timeout=1):
            self.assertEqual((event["type"], event["object"].metadata.name), ("ADDED", "polly"))
        definitions.delete_custom_resource_definition("parrots.python.kurma.test")

    def test_a_token_signs_in_as_its_service_account(self):
        account = client.V1ServiceAccount(metadata=client.V1ObjectMeta(name="python"))
        self.core.create_namespaced_service_account(NAMESPACE, account)
        token = self.core.create_namespaced_service_account_token("python", NAMESPACE, client.AuthenticationV1TokenRequest(spec={}))
        bearer = client.Configuration.get_default_copy()
        bearer.cert_file = bearer.key_file = None
        bearer.api_key = {"authorization": f"Bearer {token.status.token}"}
        review = client.AuthenticationV1Api(client.ApiClient(bearer)).create_self_subject_review({})
        self.assertEqual(review.status.user_info.username, "system:serviceaccount:default:python")
        with self.assertRaises(ApiException) as forbidden:
            client.CoreV1Api(client.ApiClient(bearer)).list_namespaced_secret(NAMESPACE)
        self.assertEqual(forbidden.exception.status, 403)


if __name__ == "__main__":
    unittest.main()
