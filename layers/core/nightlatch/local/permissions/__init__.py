"""What a function's role is allowed on the stage: its policies as deployed, judged as AWS judges them.

::

    call --> who signed it? --a person, a key--> moto
                  |
                  +--a function's role--> what it needs (`needs`) --> the role's policies (`roles`, `policies`)
                                                                          |             |
                                                                       allowed       refused, in AWS's words
                                                                          |
                                                                         moto

moto can enforce IAM too, for every caller or for none, without the actual resource of most calls and without
conditions; that shows less than it promises (docs/decisions/0014).
"""
